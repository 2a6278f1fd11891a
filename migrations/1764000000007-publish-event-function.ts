import type { MigrationInterface, QueryRunner } from 'typeorm';

// the same characters as TEXT_RULES in src/text.ts, whatever the locale of the database
const BLANKS = String.raw`\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff`;
const CONTROLS = String.raw`\u0001-\u001f\u007f-\u009f`;

/**
 * `publish_event` is for a business system that shares the database: the event is accepted if and only if the
 * caller's own transaction commits. The same rules as the mutation `publishEvents`: same key and same content gives
 * the first event's id, other content is refused. `json`, not `jsonb`: the text is kept as it was given.
 */
export class PublishEventFunction1764000000007 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create function new_id() returns uuid language sql volatile parallel safe as $$
        -- a random UUID with the milliseconds in front and the version raised from 4 to 7 (RFC 9562, section 5.7)
        select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
          placing substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
          from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
      $$`);
    await db.query(`
      create function event_content_hash(document_type text, event text, reference_document text, user_name text,
        data text) returns bytea language sql immutable parallel safe as $$
        select sha256(convert_to(string_agg(octet_length(part) || ':' || part, '' order by position), 'UTF8'))
        from unnest(array[document_type, event, reference_document, user_name, data])
          with ordinality as parts (part, position)
      $$`);
    await db.query(`
      create function user_named(wanted text) returns uuid language plpgsql as $$
      declare
        found_id uuid;
      begin
        select id into found_id from users where name = wanted;
        if found_id is null then
          insert into users (id, name, roles, active, created_at, updated_at)
            values (new_id(), wanted, '{}', true, date_trunc('milliseconds', clock_timestamp()),
              date_trunc('milliseconds', clock_timestamp()))
            on conflict (name) do nothing;
          select id into found_id from users where name = wanted;
        end if;
        return found_id;
      end $$`);
    await db.query(`
      create function publish_event(document_type text, event text, reference_document text, data json,
        user_name text default null, idempotency_key text default null) returns uuid
        language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
      declare
        event_id uuid := public.new_id();
        -- the time in the id, so that both say the same also after waiting for another publisher's key
        published_at timestamptz := to_timestamp(
          ('x' || translate(left(event_id::text, 13), '-', ''))::bit(48)::bigint / 1000.0);
        payload_id uuid := public.new_id();
        body bytea := convert_to(data::text, 'UTF8');
        acting_user text := coalesce(user_name, session_user);
        publisher uuid := public.user_named(session_user);
        hash bytea := public.event_content_hash(document_type, event, reference_document, acting_user, data::text);
        known record;
        given record;
      begin
        for given in select * from (values ('document_type', document_type), ('event', event),
            ('reference_document', reference_document), ('user_name', acting_user),
            ('idempotency_key', coalesce(idempotency_key, 'none'))) as v (word, value) loop
          if given.value is null or given.value !~ '[^${BLANKS}]' or char_length(given.value) > 200 then
            raise exception '% must be 1 to 200 characters, not %', given.word, quote_nullable(left(given.value, 60))
              using errcode = 'invalid_parameter_value';
          end if;
          if given.value ~ '[${CONTROLS}]' then
            raise exception '% must hold no control character, unlike %', given.word,
              quote_literal(left(given.value, 60)) using errcode = 'invalid_parameter_value';
          end if;
        end loop;
        if data is null or octet_length(body) > 262144 then
          raise exception 'data must be JSON of at most 262144 bytes, not %',
            coalesce(octet_length(body) || ' bytes', 'null') using errcode = 'invalid_parameter_value';
        end if;
        if idempotency_key is not null then
          insert into public.idempotency_keys as k (user_id, key, event_id, content_hash, created_at)
            values (publisher, idempotency_key, event_id, hash, published_at)
            on conflict do nothing;
          if not found then
            select k.event_id, k.content_hash into known from public.idempotency_keys k
              where k.user_id = publisher and k.key = publish_event.idempotency_key;
            -- not found: the key was forgotten at this very instant, and the event is a new one
            if found and known.content_hash <> hash then
              raise exception 'idempotency_key % was used for another event: use a new key', quote_literal(idempotency_key)
                using errcode = 'unique_violation';
            end if;
            if found then
              return known.event_id;
            end if;
          end if;
        end if;
        insert into public.payloads (id, body, sha256, byte_length, content_type)
          values (payload_id, body, sha256(body), octet_length(body), 'application/json');
        insert into public.business_events (id, document_type, event, reference_document, payload_id, user_id,
            published_by, idempotency_key, created_at)
          values (event_id, document_type, event, reference_document, payload_id, public.user_named(acting_user),
            publisher, idempotency_key, published_at);
        perform pg_notify('hookledger', 'events');
        return event_id;
      end $$`);
    // user_named() finds its tables by the caller's search_path: only the guarded function above may run it
    await db.query('revoke execute on function user_named(text) from public');
    await db.query('revoke execute on function publish_event(text, text, text, json, text, text) from public');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop function publish_event(text, text, text, json, text, text)');
    await db.query('drop function user_named(text)');
    await db.query('drop function event_content_hash(text, text, text, text, text)');
    await db.query('drop function new_id()');
  }
}
