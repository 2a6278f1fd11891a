import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { UserEntity } from '../../users/user.entity';

/** The pause of all deliveries. No row: they are not paused. */
@Entity('deliveries_pause')
@Check('deliveries_pause_only_row_check', `id = '00000000-0000-0000-0000-000000000000'`)
export class DeliveriesPauseEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column({ type: 'timestamptz', precision: 3 })
  since: Date;

  /** null: Hookledger itself, at a start with START_PAUSED. */
  @Column('uuid', { nullable: true })
  @ForeignKey(() => UserEntity)
  userId: string | null;

  @Column('text')
  reason: string;
}
