import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { connectionOf } from '../../graphql/lists/connection';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
import { EXPORT_FORMATS, EXPORT_KINDS, type ExportFormat, type ExportKind } from './export.entity';

export const ExportFormatEnum = publishEnum('ExportFormat', EXPORT_FORMATS, 'The format of the file of an export.', {
  NDJSON: { description: 'A JSON object per line, in UTF-8. Lines end with LF.' },
  CSV: {
    description:
      'CSV as in RFC 4180, in UTF-8. Lines end with CRLF, and the first line has the names of the columns. A cell ' +
      'that a spreadsheet could take for a formula begins with an apostrophe.',
  },
});

export const ExportKindEnum = publishEnum('ExportKind', EXPORT_KINDS, 'What is exported.', {
  REQUESTS: { description: 'Requests that meet a filter: exportWebhookRequestLogs.' },
  PERSON: { description: 'Everything about a person: exportPersonalData. SYSTEM_MANAGER alone can download it.' },
});

@HasRole(...READERS)
@ObjectType('Export', {
  implements: NodeType,
  simpleResolvers: true,
  description:
    'An export of a part of the log, or of everything about a person, to a file, and the progress of its downloads. The ' +
    'file is made while it is downloaded. That of a part of the log has each request that began before the export was created and meets `where` when it is read, ' +
    'oldest first.',
})
export class ExportType extends NodeType {
  @Field(() => ExportKindEnum, { description: 'What is exported.' })
  kind: ExportKind;

  @Field(() => ExportFormatEnum, { description: 'The format of the file.' })
  format: ExportFormat;

  @Field(() => Boolean, { description: 'Whether the file includes headers and bodies.' })
  includeContent: boolean;

  @Field(() => Boolean, { description: 'CSV: whether the file begins with a byte order mark (U+FEFF).' })
  byteOrderMark: boolean;

  @Field(() => GraphQLDateTime, {
    description: 'The time at which the export was created. The file has no newer requests.',
  })
  createdAt: Date;

  @Field(() => GraphQLDateTime, {
    description: 'The time until which the file can be downloaded: 24 hours after `createdAt`.',
  })
  expiresAt: Date;

  @Field(() => Int, { description: 'The number of downloads that were started.' })
  downloads: number;

  @Field(() => Float, { description: 'The number of requests sent by all downloads together; a whole number.' })
  rowsSent: number;

  @Field(() => Float, {
    description: 'The number of bytes sent by all downloads together, before compression; a whole number.',
  })
  bytesSent: number;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The time at which a download last reached the end of the file; null if none has.',
  })
  completedAt: Date | null;
}

export const ExportConnection = connectionOf('Export', () => ExportType);
