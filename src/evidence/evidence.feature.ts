import { EvidenceAnchorEntity, EvidenceAnchorTargetEntity } from './anchors/anchor.entity';
import { AnchorsResolver, EvidenceAnchorResolver } from './api/anchors.resolver';
import { CompletenessResolver } from './api/completeness.resolver';
import { EvidenceHeadResolver, EvidenceResolver } from './api/evidence.resolver';
import { ExportingResolver } from './api/exporting.resolver';
import { EvidenceKeysResolver } from './api/keys.resolver';
import {
  AuditEvidenceResolver,
  DecisionEvidenceResolver,
  EventEvidenceResolver,
  ProofResolver,
  RequestEvidenceResolver,
} from './api/row-evidence.resolver';
import { VerifyingResolver } from './api/verifying.resolver';
import { EvidenceHeadEntity, EvidenceKeyEntity, EvidenceStopEntity } from './evidence-head.entity';
import {
  EvidenceBlockEntity,
  EvidenceLeafEntity,
  EvidenceNodeEntity,
  EvidenceQueueEntity,
} from './evidence-tree.entity';
import { NameEntity } from './names/name.entity';
import { EvidenceRunEntity } from './verifying/verification-run.entity';

export const evidence = {
  entities: [
    EvidenceQueueEntity,
    EvidenceBlockEntity,
    EvidenceNodeEntity,
    EvidenceLeafEntity,
    EvidenceKeyEntity,
    EvidenceHeadEntity,
    EvidenceStopEntity,
    EvidenceAnchorEntity,
    EvidenceAnchorTargetEntity,
    EvidenceRunEntity,
    NameEntity,
  ],
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
