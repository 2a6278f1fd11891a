import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import type { Role } from '../viewer';

@Entity('users')
@Unique('users_name_key', ['name'])
export class UserEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'users_pkey' })
  id: string;

  @Column('text')
  name: string;

  @Column('text', { name: 'full_name', nullable: true })
  fullName: string | null;

  @Column('text', { array: true })
  roles: Role[];

  @Column('boolean')
  active: boolean;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3 })
  updatedAt: Date;
}
