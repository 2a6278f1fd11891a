import { GraphQLJSON } from 'graphql-scalars';
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { AppError, InputError } from '../../errors';
import type { Context } from '../../graphql/context';
import { loaderFor } from '../../graphql/data-loaders';
import { withExample } from '../../graphql/example';
import { listPage } from '../../graphql/lists/list';
import { ForwardPageArgs } from '../../graphql/lists/page-args';
import { textOfWhere, whereAsJson } from '../../graphql/lists/stored-where';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { payloadOf } from '../../graphql/mutation-payload';
import { HasRole } from '../../graphql/roles/has-role';
import { answer } from '../../graphql/user-error';
import { toNodeId, uuidOf } from '../../ids';
import { everything } from '../../sql/condition';
import { USER } from '../../users/user.linked-fields';
import { UserType } from '../../users/user.type';
import { CONTENT_READERS, READERS, type Viewer } from '../../viewer';
import { REQUEST_LOG_FILTER, type RequestLogWhere } from '../api/request-log.inputs';
import { scopedWhere } from '../search/indexed-filters';
import { ExportRequestLogsInput } from './export.inputs';
import { EXPORTS, type ExportRow, exportsById } from './export.store';
import { ExportConnection, ExportType } from './export.type';
import { requestExport } from './request-export';

const ExportRequestLogsPayload = payloadOf('ExportWebhookRequestLogs', {
  export: [() => ExportType, 'The order; the file is at its `url`.'],
});

const ORDER = { tag: 'Export', column: null, descending: true };

export function loadExport(context: Context, id: string | null): Promise<ExportRow | null> | null {
  return id === null ? null : loaderFor(context, 'Export', (ids) => exportsById(context.db, ids)).load(id);
}

@Resolver(() => ExportType)
export class ExportResolver {
  @HasRole(...READERS)
  @Query(() => ExportType, {
    nullable: true,
    description: withExample(
      'An order to take a part of the log away; null when there is none with this id.',
      '{ export(id: "exp_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { url expiresAt downloads completedAt } }',
    ),
  })
  export(@Ctx() context: Context, @Arg('id', () => ID, { description: 'An export, `exp_...`.' }) id: string) {
    return loadExport(context, uuidOf('Export', id));
  }

  @HasRole(...READERS)
  @Query(() => ExportConnection, {
    description: withExample(
      'Who ordered which export, newest first, those that expired too.',
      '{ exports(first: 50) { nodes { createdAt format includeContent rowsSent orderedBy { name } } } }',
    ),
  })
  exports(@Ctx() context: Context, @Args(() => ForwardPageArgs) args: ForwardPageArgs) {
    return listPage(context, { listing: EXPORTS, condition: everything, order: ORDER, args });
  }

  @HasRole(...READERS)
  @Mutation(() => ExportRequestLogsPayload, {
    description: withExample(
      'Takes a part of the log away: any `where`, of any size. This writes down the order; the file is made while it is ' +
        'read from `url`, by the same user, a SYSTEM_MANAGER or an AUDITOR, within 24 hours and as often as they like.',
      'mutation {\n  exportWebhookRequestLogs(input: {\n    format: CSV\n    where: { startedAt: { gte: "2026-03-01T00:00:00Z", ' +
        'lt: "2026-04-01T00:00:00Z" } }\n  }) { export { id url expiresAt } userErrors { field code message } }\n}',
    ),
  })
  exportWebhookRequestLogs(
    @Ctx() context: Context,
    @Arg('input', () => ExportRequestLogsInput, { description: 'What is exported.' }) input: ExportRequestLogsInput,
  ) {
    return answer({ export: null as ExportRow | null }, async () => {
      const { where, format, includeContent, byteOrderMark } = input;
      checkWhere(context.viewer, where);
      const order = { condition: where ? textOfWhere(where) : null, format, includeContent, byteOrderMark };
      return { export: await context.transaction((db) => requestExport(db, context.viewer as Viewer, order)) };
    });
  }

  @FieldResolver(() => ID, { description: '`exp_` and 32 hexadecimal digits; never changes.' })
  id(@Root() row: ExportRow) {
    return toNodeId('Export', row.id);
  }

  @FieldResolver(() => String, {
    description:
      'Where the file is, below the address of this API: GET /exports/exp_... with `Authorization: Bearer hl_...`. ' +
      '`?after=req_...` goes on behind a request, where a download broke off.',
  })
  url(@Root() row: ExportRow) {
    return `/exports/${toNodeId('Export', row.id)}`;
  }

  @HasRole(...CONTENT_READERS)
  @FieldResolver(() => GraphQLJSON, {
    nullable: true,
    description: 'The filter that was given, as JSON with times as texts; null: everything.',
  })
  where(@Root() row: ExportRow) {
    return row.condition === null ? null : whereAsJson(row.condition);
  }

  @FieldResolver(() => UserType, { nullable: true, description: 'Who ordered it.' })
  orderedBy(@Root() row: ExportRow, @Ctx() context: Context) {
    return USER.load(context, row.orderedBy);
  }
}

// In an input, a fault of a `where` is a fault of the input.
function checkWhere(viewer: Viewer | null, where: RequestLogWhere | null | undefined): void {
  try {
    conditionOf(scopedWhere(viewer, where), REQUEST_LOG_FILTER);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'BAD_USER_INPUT') throw error;
    throw new InputError([{ field: [...(error.field ?? ['where'])], code: 'INVALID', message: error.message }]);
  }
}
