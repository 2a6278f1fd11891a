import { Entity, PrimaryColumn } from 'typeorm';

/** An entry that is to be published as an event. */
@Entity('audit_event_queue')
export class AuditEventQueueEntity {
  @PrimaryColumn('uuid', { name: 'entry_id', primaryKeyConstraintName: 'audit_event_queue_pkey' })
  entryId: string;
}
