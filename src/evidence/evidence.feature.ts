import { AnchorsResolver, EvidenceAnchorResolver } from './api/anchors.resolver';
import { CompletenessResolver } from './api/completeness.resolver';
import { EvidenceHeadResolver, EvidenceKeysResolver, EvidenceResolver } from './api/evidence.resolver';
import { ExportingResolver } from './api/exporting.resolver';
import {
  AuditEvidenceResolver,
  DecisionEvidenceResolver,
  EventEvidenceResolver,
  ProofResolver,
  RequestEvidenceResolver,
} from './api/row-evidence.resolver';
import { VerifyingResolver } from './api/verifying.resolver';
import { EvidenceRunEntity } from './verifying/verification-run.entity';

export const evidence = {
  entities: [EvidenceRunEntity],
  resolvers: [
    EvidenceHeadResolver,
    AnchorsResolver,
    EvidenceAnchorResolver,
    EvidenceKeysResolver,
    ExportingResolver,
    VerifyingResolver,
    CompletenessResolver,
    RequestEvidenceResolver,
    EventEvidenceResolver,
    AuditEvidenceResolver,
    DecisionEvidenceResolver,
    ProofResolver,
    EvidenceResolver,
  ],
  linkedFields: [],
  sqlFields: [],
};
