import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Role } from '../access/viewer';

@Entity('users')
@Unique('users_name_key', ['name'])
@Unique('users_email_key', ['email'])
@Unique('users_identity_key', ['identityIssuer', 'identitySubject'])
@Index('users_full_name_idx', ['fullName'], { where: 'full_name is not null' })
@Index('users_with_roles_idx', ['id'], { where: "roles <> '{}'" })
export class UserEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  name: string;

  @Column('text', { nullable: true })
  fullName: string | null;

  @Column('text', { array: true })
  roles: Role[];

  @Column('boolean')
  active: boolean;

  @Column('text', { nullable: true })
  email: string | null;

  @Column('boolean', { default: false })
  emailVerified: boolean;

  @Column('boolean', { default: true })
  receivesMail: boolean;

  @Column('text', { nullable: true })
  identityIssuer: string | null;

  @Column('text', { nullable: true })
  identitySubject: string | null;

  @Column('boolean', { default: false })
  rolesMapped: boolean;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', precision: 3 })
  updatedAt: Date;

  /** Since when the user is this person with these roles: the database writes it. */
  @Column({
    type: 'timestamptz',
    precision: 3,
    default: () => "date_trunc('milliseconds', clock_timestamp())",
    insert: false,
    update: false,
  })
  standingSince: Date;
}
