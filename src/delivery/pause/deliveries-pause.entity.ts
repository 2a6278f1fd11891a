import { Check, Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { UserEntity } from '../../users/user.entity';

/** The pause of all deliveries. No row: they are not paused. */
@Entity('deliveries_pause')
@Check('deliveries_pause_only_row_check', `id = '00000000-0000-0000-0000-000000000000'`)
export class DeliveriesPauseEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'deliveries_pause_pkey' })
  id: string;

  @Column({ type: 'timestamptz', precision: 3 })
  since: Date;

  @Column('uuid', { name: 'user_id' })
  userId: string;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'deliveries_pause_user_id_fkey' })
  user: UserEntity;

  @Column('text')
  reason: string;
}
