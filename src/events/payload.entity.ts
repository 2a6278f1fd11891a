import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Exact bytes, stored once: the data of an event, the body of a delivery, or the body of a received call. */
@Entity('payloads')
export class PayloadEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'payloads_pkey' })
  id: string;

  @Column('bytea', { nullable: true })
  body: Buffer | null;

  @Column('bytea')
  sha256: Buffer;

  @Column('integer', { name: 'byte_length' })
  byteLength: number;

  @Column('text', { name: 'content_type' })
  contentType: string;

  @Column('bytea', { name: 'body_salt', default: () => 'uuid_send(gen_random_uuid())' })
  bodySalt: Buffer;

  /** The salted digest of the body, which the leaves of its requests contain. */
  @Column('bytea', { name: 'body_digest' })
  bodyDigest: Buffer;
}
