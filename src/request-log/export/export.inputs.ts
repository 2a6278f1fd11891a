import { Field, InputType } from 'type-graphql';
import { RequestLogWhere } from '../api/request-log.inputs';
import type { ExportFormat } from './export.entity';
import { ExportFormatEnum } from './export.type';

@InputType('ExportWebhookRequestLogsInput', { description: 'The requests to export, and the format of the file.' })
export class ExportRequestLogsInput {
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
