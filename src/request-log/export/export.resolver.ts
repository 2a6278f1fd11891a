import { GraphQLDateTime, GraphQLJSON } from 'graphql-scalars';
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  Float,
  ID,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Resolver,
  Root,
} from 'type-graphql';
import { CONTENT_READERS, READERS, type Viewer } from '../../access/viewer';
import type { Context } from '../../graphql/context';
import { publishEnum, withExample } from '../../graphql/directives';
import { textOfWhere, whereAsJson } from '../../graphql/lists/absent-filters';
import { connectionOf } from '../../graphql/lists/connection';
import { enumFilter } from '../../graphql/lists/filter-inputs';
import { by, whereOf } from '../../graphql/lists/where';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { Masked, masksOf } from '../../graphql/roles/masked';
import { answer, payloadOf } from '../../graphql/user-error';
import { byId, link, linkedFields, page, rootFields } from '../../read-plan/linked-fields';
import { rowType, timeList } from '../../read-plan/sql-fields';
import { USER } from '../../users/user.resolver';
import { UserWhere } from '../../users/user.type';
import { toNodeId } from '../../values/ids';
import { RequestLogWhere } from '../api/request-log.inputs';
import { EXPORT_FORMATS, EXPORT_KINDS, type ExportFormat, type ExportKind } from './export.entity';
import { EXPORTS, type ExportRow, exportsById } from './export.store';
import { conditionOfInput, requestExport } from './request-export';

const ExportFormatEnum = publishEnum('ExportFormat', EXPORT_FORMATS, 'The format of the file of an export.', {
  NDJSON: { description: 'A JSON object per line, in UTF-8. Lines end with LF.' },
  CSV: {
    description:
      'CSV as in RFC 4180, in UTF-8. Lines end with CRLF, and the first line has the names of the columns. A cell ' +
      'that a spreadsheet could take for a formula begins with an apostrophe.',
  },
});

const ExportKindEnum = publishEnum('ExportKind', EXPORT_KINDS, 'What is exported.', {
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
  @Field(() => ID, { description: '`exp_` and 32 hexadecimal digits.' })
  override id: string;

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

const ExportConnection = connectionOf('Export', () => ExportType);

@InputType('ExportWebhookRequestLogsInput', { description: 'The requests to export, and the format of the file.' })
class ExportRequestLogsInput {
  @Field(() => RequestLogWhere, {
    nullable: true,
    description:
      'The filter, as in `webhookRequestLogs`: { startedAt: { gte: "2026-03-01T00:00:00Z" } }. Left out: all ' +
      'requests; {} and null are refused. It is evaluated when the file is downloaded.',
  })
  where?: RequestLogWhere | null;

  @Field(() => ExportFormatEnum, { defaultValue: 'NDJSON', description: 'The format of the file.' })
  format: ExportFormat;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Whether the file includes headers and bodies: the columns headers, data, dataEncoding, responseHeaders, ' +
      'response, responseEncoding and responseTruncated. With true, the error is FORBIDDEN for SUPPORT.',
  })
  includeContent: boolean;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'CSV: whether the file begins with a byte order mark (U+FEFF). Excel needs it to recognise UTF-8. Other ' +
      'programs may read it as a part of the first column name. NDJSON never has it.',
  })
  byteOrderMark: boolean;
}

export const ExportWhere = whereOf('ExportWhere', 'exports', 'Exports that meet all of these conditions.', {
  id: by.id('Export', 'The id of the export: { eq: "exp_..." }.'),
  kind: by.value(enumFilter('ExportKind', ExportKindEnum), 'What is exported: { eq: PERSON }.'),
  orderedBy: by.link(() => UserWhere, 'The user who created the export.', { column: 'ordered_by' }),
  user: by.link(() => UserWhere, 'PERSON: the user whom it is about.'),
  createdAt: by.idTime('When the export was created.'),
  expiresAt: by.time('Until when the file can be downloaded: { gt: "2026-03-01T00:00:00Z" }.'),
});
export type ExportWhere = InstanceType<typeof ExportWhere>;

export const EXPORT = rowType('Export', () => ExportType, EXPORTS, exportsById);

const exportList = timeList(EXPORT, ExportWhere, { connection: () => ExportConnection });

export const exportLinkedFields = [
  rootFields({
    export: byId(EXPORT, 'The id of the export, `exp_...`.', {
      access: HasRole(...READERS),
      description: withExample(
        'The export with this id; null: there is none.',
        '{ export(id: "exp_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { url expiresAt downloads completedAt } }',
      ),
    }),
    exports: page(exportList, {
      access: HasRole(...READERS),
      description: withExample(
        'All exports, including expired ones, newest first.',
        '{ exports(first: 50) { nodes { createdAt format includeContent rowsSent orderedBy { name } } } }',
      ),
    }),
  }),
  linkedFields(EXPORT, {
    orderedBy: link(USER, 'orderedBy', 'The user who created the export.'),
    user: link(USER, 'userId', 'PERSON: the user whom it is about; null: a person whom requests or events name.'),
  }),
];

declare module '../../graphql/context' {
  interface Services {
    /** PUBLIC_URL; null: it is not set. */
    publicUrl: string | null;
  }
}

const ExportRequestLogsPayload = payloadOf('ExportWebhookRequestLogs', {
  export: [() => ExportType, 'The export. The file is at its `url`.'],
});

@Resolver(() => ExportType)
export class ExportResolver {
  @HasRole(...READERS)
  @Mutation(() => ExportRequestLogsPayload, {
    description: withExample(
      'Creates an export of the requests that meet `where`, of any size. The file is made while it is downloaded from ' +
        '`url`. The user who created the export, SYSTEM_MANAGER and AUDITOR can download it for 24 hours, any number ' +
        'of times.',
      'mutation {\n  exportWebhookRequestLogs(input: {\n    format: CSV\n    where: { startedAt: { gte: "2026-03-01T00:00:00Z", ' +
        'lt: "2026-04-01T00:00:00Z" } }\n  }) { export { id url expiresAt } userErrors { field code message } }\n}',
    ),
  })
  exportWebhookRequestLogs(
    @Ctx() context: Context,
    @Arg('input', () => ExportRequestLogsInput, { description: 'The requests to export, and the format of the file.' })
    input: ExportRequestLogsInput,
  ) {
    return answer({ export: null as ExportRow | null }, async () => {
      const { where, format, includeContent, byteOrderMark } = input;
      const masks = masksOf(context);
      conditionOfInput(masks.seesAll, where);
      const order = { condition: where ? textOfWhere(where) : null, format, includeContent, byteOrderMark };
      return { export: await context.transaction((db) => requestExport(db, context.viewer as Viewer, masks, order)) };
    });
  }

  @FieldResolver(() => String, {
    description:
      'The address of the file: GET with `Authorization: Bearer hl_...`. It begins with PUBLIC_URL, or, if that is not set, is ' +
      'a path on this server: /exports/exp_... ' +
      '`?after=req_...` resumes an interrupted download of REQUESTS after that request.',
  })
  url(@Root() row: ExportRow, @Ctx() { services }: Context) {
    return `${services.publicUrl ?? ''}/exports/${toNodeId('Export', row.id)}`;
  }

  @HasRole(...CONTENT_READERS)
  @Masked('FILTER')
  @FieldResolver(() => GraphQLJSON, {
    nullable: true,
    description: 'REQUESTS: the filter as JSON, with times as strings; null: all requests.',
  })
  where(@Root() row: ExportRow) {
    return whereAsJson(row.condition);
  }
}
