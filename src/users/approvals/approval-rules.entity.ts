import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** Who can be a second person. One row, which only the login that prepares the database writes. */
@Entity('approval_rules')
@Check('approval_rules_only_row_check', 'only_row')
@Check('approval_rules_wait_hours_check', 'wait_hours between 1 and 720')
export class ApprovalRulesEntity {
  @PrimaryColumn('boolean', { name: 'only_row', default: true, primaryKeyConstraintName: 'approval_rules_pkey' })
  onlyRow: boolean;

  /** OIDC_ISSUER without a slash at its end; null: there is no identity provider. */
  @Column('text', { nullable: true })
  issuer: string | null;

  @Column('integer', { name: 'wait_hours' })
  waitHours: number;
}
