// What is recorded in the audit trail soon after it happened, so that reads do not wait for it.
import type { Viewer } from '../../viewer';
import type { ContentRead } from './reading-windows';

declare module '../../graphql/context' {
  interface Services {
    auditNotes: AuditNotes;
  }
}

export interface AuditNotes {
  /** One entry for each viewer, operation, filter and 15 minutes. */
  read(viewer: Viewer, read: ContentRead): void;
  /** One entry for each viewer, field and minute, with a count. @param field `Type.field`, or method and path of a route */
  denied(viewer: Viewer, field: string): void;
}
