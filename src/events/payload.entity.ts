import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** Exact bytes, stored once: an event with its data, the body of a delivery, or the body of a received call. */
@Entity('payloads')
@Check(
  'payloads_erased_check',
  '(body is null) = (erasure_id is not null) and (body is null) = (body_salt is null) and (body is null) = (erased_digest is not null)',
)
export class PayloadEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'payloads_pkey' })
  id: string;

  @Column('bytea', { nullable: true })
  body: Buffer | null;

  @Column('integer', { name: 'byte_length' })
  byteLength: number;

  @Column('text', { name: 'content_type' })
  contentType: string;

  @Column('bytea', { name: 'body_salt', nullable: true, default: () => 'uuid_send(gen_random_uuid())' })
  bodySalt: Buffer | null;

  /** The salted digest of the body with its type and length, which the leaves of its requests and event contain. */
  @Column('bytea', { name: 'body_digest' })
  bodyDigest: Buffer;

  /** Once erased: the salted digest of the bytes, in hex. */
  @Column('text', { name: 'erased_digest', nullable: true })
  erasedDigest: string | null;

  /** The erasure of its content; null: none. */
  @Column('uuid', { name: 'erasure_id', nullable: true })
  erasureId: string | null;
}
