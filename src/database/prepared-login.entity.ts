import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A login that serves requests, and what the last start prepared for it. */
@Entity('prepared_logins')
export class PreparedLoginEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'prepared_logins_pkey' })
  login: string;

  /** Of what was prepared, and of the rights and settings that this left. */
  @Column('text')
  fingerprint: string;
}
