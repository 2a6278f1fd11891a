import { GraphQLJSON } from 'graphql-scalars';
import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { textOfWhere, whereAsJson } from '../../graphql/lists/stored-where';
import { payloadOf } from '../../graphql/mutation-payload';
import { HasRole } from '../../graphql/roles/has-role';
import { Masked, masksOf } from '../../graphql/roles/masked';
import { answer } from '../../graphql/user-error';
import { toNodeId } from '../../ids';
import { CONTENT_READERS, READERS, type Viewer } from '../../viewer';
import { conditionOfInput } from './condition-of-input';
import { ExportRequestLogsInput } from './export.inputs';
import type { ExportRow } from './export.store';
import { ExportType } from './export.type';
import { requestExport } from './request-export';

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

  @FieldResolver(() => ID, { description: '`exp_` and 32 hexadecimal digits.' })
  id(@Root() row: ExportRow) {
    return toNodeId('Export', row.id);
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
