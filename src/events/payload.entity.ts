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
}
