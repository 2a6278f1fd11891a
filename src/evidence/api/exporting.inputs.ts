import { Field, Float, ID, InputType } from 'type-graphql';
import { RequestLogWhere } from '../../request-log/api/request-log.inputs';
import { REASON_RULE } from '../../text';
import type { Part } from '../exporting/disclosed-parts';
import { EvidencePartEnum } from './evidence.type';

@InputType('ExportEvidenceInput', {
  description: 'The rows to prove, by exactly one of `ids` and `where`, and the parts to disclose.',
})
export class ExportEvidenceInput {
  @Field(() => [ID], {
    nullable: true,
    description:
      'Requests (req_...), events (evt_...), audit entries (aud_...), deliveries (dlv_...), users (usr_...) and webhooks (whk_...), ' +
      '1 to 1,000, each once. They must be sealed. A delivery stands for the decisions about it: why it was not sent, or given ' +
      'up; a user or webhook for the names that it had. FORBIDDEN: a request whose ' +
      'response masking rules hide from you, because its proof has the length of the response.',
  })
  ids?: string[] | null;

  @Field(() => RequestLogWhere, {
    nullable: true,
    description:
      'The filter of the requests, as in `webhookRequestLogs`: { documentType: { eq: "Sales Invoice" }, ' +
      'startedAt: { gte: "2026-03-01T00:00:00Z", lt: "2026-04-01T00:00:00Z" } }. 1 to 10,000 requests may meet ' +
      'it; they are proven oldest first. Those that are not sealed yet are left out, and counted by ' +
      '`notSealedCount`. FORBIDDEN as in `ids`.',
  })
  where?: RequestLogWhere | null;

  @Field(() => [EvidencePartEnum], {
    defaultValue: [],
    description:
      'The parts that the bundle discloses. It contains all others as salted digests. BODY, WIRE_BODY, HEADERS, ' +
      'RESPONSE, RESPONSE_HEADERS, URL and DETAILS are FORBIDDEN for viewers from whom masking rules hide ' +
      'something. Default: none.',
  })
  disclose: Part[];

  @Field(() => [Float], {
    defaultValue: [],
    description:
      'The sizes of earlier heads that the auditor holds, at most 10. The bundle proves that each of them is a beginning ' +
      'of the tree.',
  })
  earlierSizes: number[];

  @Field(() => String, { description: `The reason, recorded in the audit trail: ${REASON_RULE}` })
  reason: string;
}
