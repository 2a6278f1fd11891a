import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { connectionOf } from '../../graphql/lists/connection';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
import { EXPORT_FORMATS, type ExportFormat } from './export.entity';

export const ExportFormatEnum = publishEnum('ExportFormat', EXPORT_FORMATS, 'How the file of an export is written.', {
  NDJSON: { description: 'A JSON object a line, in UTF-8, lines ending in LF. For programs.' },
  CSV: {
    description:
      'RFC 4180 in UTF-8, lines ending in CRLF, the first one with the names of the columns. For spreadsheets: an ' +
      'apostrophe stands before whatever one could take for a formula.',
  },
});

@HasRole(...READERS)
@ObjectType('Export', {
  implements: NodeType,
  simpleResolvers: true,
  description:
    'An order to take a part of the log away as a file, and what became of it. The file is made while it is read: it ' +
    'holds each request that had begun when it was ordered and meets `where` when its turn comes, oldest first.',
})
export class ExportType extends NodeType {
  @Field(() => ExportFormatEnum, { description: 'How the file is written.' })
  format: ExportFormat;

  @Field(() => Boolean, { description: 'Whether headers and bodies are in the file.' })
  includeContent: boolean;

  @Field(() => Boolean, { description: 'CSV: whether the file begins with U+FEFF, as Excel wants it.' })
  byteOrderMark: boolean;

  @Field(() => GraphQLDateTime, { description: 'When it was ordered; what is newer is not in the file.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, { description: 'Until when the file can be read: 24 hours after the order.' })
  expiresAt: Date;

  @Field(() => Int, { description: 'How many downloads began; 0: nobody has fetched anything.' })
  downloads: number;

  @Field(() => Float, { description: 'Requests handed to the network, by all downloads together; a whole number.' })
  rowsSent: number;

  @Field(() => Float, { description: 'Bytes likewise, before they were compressed; a whole number.' })
  bytesSent: number;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When a download last came to the end of the file; null: none has, or it is still going on.',
  })
  completedAt: Date | null;
}

export const ExportConnection = connectionOf('Export', () => ExportType);
