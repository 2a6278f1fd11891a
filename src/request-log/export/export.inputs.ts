import { ArgsType, Field, InputType } from 'type-graphql';
import { Combinable } from '../../graphql/lists/combinable';
import { DateTimeFilter, enumFilter, IDFilter, WHERE_TEXT } from '../../graphql/lists/filter-inputs';
import { TimePageArgs } from '../../graphql/lists/time-order';
import {
  exactFilter,
  type FilterMap,
  idFilter,
  idTimeFilter,
  linkFilter,
  timeFilter,
} from '../../graphql/lists/where-to-sql';
import { USER_FILTER, UserWhere } from '../../users/user.inputs';
import { RequestLogWhere } from '../api/request-log.inputs';
import type { ExportFormat } from './export.entity';
import { ExportFormatEnum, ExportKindEnum } from './export.type';

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

const ExportKindFilter = enumFilter('ExportKind', ExportKindEnum);

@Combinable()
@InputType('ExportWhere', { description: 'Exports that meet all of these conditions.' })
export class ExportWhere {
  @Field(() => IDFilter, { nullable: true, description: 'The id of the export: { eq: "exp_..." }.' })
  id?: IDFilter;

  @Field(() => ExportKindFilter, { nullable: true, description: 'What is exported: { eq: PERSON }.' })
  kind?: InstanceType<typeof ExportKindFilter>;

  @Field(() => UserWhere, { nullable: true, description: 'The user who created the export.' })
  orderedBy?: UserWhere;

  @Field(() => UserWhere, { nullable: true, description: 'PERSON: the user whom it is about.' })
  user?: UserWhere;

  @Field(() => DateTimeFilter, { nullable: true, description: 'When the export was created.' })
  createdAt?: DateTimeFilter;

  @Field(() => DateTimeFilter, {
    nullable: true,
    description: 'Until when the file can be downloaded: { gt: "2026-03-01T00:00:00Z" }.',
  })
  expiresAt?: DateTimeFilter;
}

export const EXPORT_FILTER: FilterMap = {
  id: idFilter('Export'),
  kind: exactFilter('kind'),
  orderedBy: linkFilter('ordered_by', 'users', () => USER_FILTER),
  user: linkFilter('user_id', 'users', () => USER_FILTER),
  createdAt: idTimeFilter(),
  expiresAt: timeFilter('expires_at'),
};

@ArgsType()
export class ExportListArgs extends TimePageArgs {
  @Field(() => ExportWhere, { nullable: true, description: WHERE_TEXT })
  where?: ExportWhere;
}
