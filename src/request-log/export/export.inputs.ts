import { Field, InputType } from 'type-graphql';
import { RequestLogWhere } from '../api/request-log.inputs';
import type { ExportFormat } from './export.entity';
import { ExportFormatEnum } from './export.type';

@InputType('ExportWebhookRequestLogsInput', { description: 'Which part of the log, and how it is written.' })
export class ExportRequestLogsInput {
  @Field(() => RequestLogWhere, {
    nullable: true,
    description:
      'As of `webhookRequestLogs`, such as { startedAt: { gte: "2026-03-01T00:00:00Z" } }. Left out: everything; {} and ' +
      'null are refused. It is looked at when the file is read.',
  })
  where?: RequestLogWhere | null;

  @Field(() => ExportFormatEnum, { defaultValue: 'NDJSON', description: 'How the file is written.' })
  format: ExportFormat;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'With what was exchanged: the columns headers, data, dataEncoding, responseHeaders, response, responseEncoding and ' +
      'responseTruncated. FORBIDDEN to SUPPORT.',
  })
  includeContent: boolean;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'CSV: begins with U+FEFF, without which Excel takes the letters of most languages for others. Programs may take it ' +
      'for a part of the first column name. NDJSON never has it.',
  })
  byteOrderMark: boolean;
}
