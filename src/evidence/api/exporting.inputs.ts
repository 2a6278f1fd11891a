import { Field, Float, ID, InputType } from 'type-graphql';
import { RequestLogWhere } from '../../request-log/api/request-log.inputs';
import type { Part } from '../exporting/disclosed-parts';
import { EvidencePartEnum } from './evidence.type';

@InputType('ExportEvidenceInput', {
  description: 'The rows to prove, by exactly 1 of `ids` and `where`, and what is disclosed of them.',
})
export class ExportEvidenceInput {
  @Field(() => [ID], {
    nullable: true,
    description:
      'Requests (req_...), events (evt_...), audit entries (aud_...) and deliveries (dlv_...), 1 to 1,000, each once. They ' +
      'must be sealed. A delivery stands for the decisions about it: why it was not sent, or given up.',
  })
  ids?: string[] | null;

  @Field(() => RequestLogWhere, {
    nullable: true,
    description:
      'All requests that meet this filter of `webhookRequestLogs`, oldest first, 1 to 10,000: { documentType: { eq: ' +
      '"Sales Invoice" }, startedAt: { gte: "2026-03-01T00:00:00Z", lt: "2026-04-01T00:00:00Z" } }. Those that are not ' +
      'sealed yet are left out, and counted by `notSealed`.',
  })
  where?: RequestLogWhere | null;

  @Field(() => [EvidencePartEnum], {
    defaultValue: [],
    description:
      'The parts that the bundle discloses. All others stay in it as salted digests. BODY, WIRE_BODY, HEADERS, RESPONSE, ' +
      'RESPONSE_HEADERS, URL and DETAILS are for viewers from whom masking rules hide nothing.',
  })
  disclose: Part[];

  @Field(() => [Float], {
    defaultValue: [],
    description:
      'The sizes of earlier heads that the auditor holds, at most 10. The bundle proves that each of them is a beginning ' +
      'of the tree.',
  })
  earlierSizes: number[];

  @Field(() => String, { description: 'Why: 10 to 500 characters, for the audit trail.' })
  reason: string;
}
