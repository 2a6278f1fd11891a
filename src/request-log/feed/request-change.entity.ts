import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

export const CHANGE_KINDS = ['OPENED', 'CLOSED'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/**
 * The requests that one statement opened or closed. Triggers write it; statistics, search and subscriptions read it.
 */
@Entity('request_changes')
@Index('request_changes_xid_idx', { synchronize: false })
export class RequestChangeEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'request_changes_pkey',
  })
  id: string;

  @Column('bigint')
  xid: string;

  @Column('text')
  kind: ChangeKind;

  @Column('uuid', { name: 'request_ids', array: true })
  requestIds: string[];

  @Column({ type: 'timestamptz', precision: 3, default: () => 'clock_timestamp()' })
  at: Date;
}
