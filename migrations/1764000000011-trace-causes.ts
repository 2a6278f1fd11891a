import type { MigrationInterface, QueryRunner } from 'typeorm';

// the same characters as TEXT_RULES in src/text.ts, whatever the locale of the database
const BLANKS = String.raw`\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff`;
const CONTROLS = String.raw`\u0001-\u001f\u007f-\u009f`;

/**
 * What an event came of: the delivery that the business system was reacting to, and the webhooks whose deliveries led
 * to it, so that none of them is told of its own doing. `publish_event` learns of the first, works out the second, and
 * leaves the document type of our own events to us.
 */
export class TraceCauses1764000000011 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table business_events
        add caused_by uuid,                        -- a delivery
        add cause_path uuid[] not null default '{}' -- webhooks, oldest first, at most 16`);
    const callers = await callersOf(db, OLD);
    await db.query(`drop function ${OLD}`);
    await db.query(publishEvent(WITH_CAUSES));
    await db.query(`revoke execute on function ${NEW} from public`);
    for (const role of callers) await db.query(`grant execute on function ${NEW} to ${role}`);
  }

  async down(db: QueryRunner): Promise<void> {
    const callers = await callersOf(db, NEW);
    await db.query(`drop function ${NEW}`);
    await db.query(publishEvent(WITHOUT_CAUSES));
    await db.query(`revoke execute on function ${OLD} from public`);
    for (const role of callers) await db.query(`grant execute on function ${OLD} to ${role}`);
    await db.query('alter table business_events drop caused_by, drop cause_path');
  }
}

const OLD = 'publish_event(text, text, text, json, text, text)';
const NEW = 'publish_event(text, text, text, json, text, text, text)';

// The logins of business systems: a new signature is a new function, which nobody may run.
async function callersOf(db: QueryRunner, signature: string): Promise<string[]> {
  const rows: { role: string }[] = await db.query(
    `select distinct a.grantee::regrole::text as role from pg_proc p, aclexplode(p.proacl) as a
     where p.oid = '${signature}'::regprocedure and a.privilege_type = 'EXECUTE' and a.grantee not in (0, p.proowner)`,
  );
  return rows.map((row) => row.role);
}

const WITHOUT_CAUSES = { parameter: '', declared: '', checks: '', columns: '', values: '' };

const WITH_CAUSES = {
  parameter: ', caused_by text default null',
  declared: `
        cause_id uuid;
        path uuid[] := '{}';`,
  checks: `
        if document_type ~* '^[${BLANKS}]*hookledger[${BLANKS}]*$' then
          raise exception 'document_type % is reserved for events of Hookledger itself', quote_literal(document_type)
            using errcode = 'invalid_parameter_value';
        end if;
        if caused_by is not null then
          if caused_by ~ '^dlv_[0-9a-f]{32}$' then
            cause_id := substr(caused_by, 5)::uuid;
            select (coalesce(e.cause_path, '{}') || d.webhook_id)[:16] into path
              from public.deliveries d left join public.business_events e on e.id = d.business_event_id
              where d.id = cause_id;
          end if;
          if cause_id is null or path is null then
            raise exception 'caused_by must be the webhook-id header of a call that Hookledger made, not %',
              quote_literal(left(caused_by, 60)) using errcode = 'invalid_parameter_value';
          end if;
        end if;`,
  columns: ', caused_by, cause_path',
  values: ', cause_id, path',
};

function publishEvent(part: typeof WITH_CAUSES): string {
  return `
      create function publish_event(document_type text, event text, reference_document text, data json,
        user_name text default null, idempotency_key text default null${part.parameter}) returns uuid
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
        hash bytea;
        known record;
        given record;${part.declared}
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
        end if;${part.checks}
        if idempotency_key is not null then
          hash := public.event_content_hash(document_type, event, reference_document, acting_user, data::text);
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
            published_by, idempotency_key, created_at${part.columns})
          values (event_id, document_type, event, reference_document, payload_id, public.user_named(acting_user),
            publisher, idempotency_key, published_at${part.values});
        perform pg_notify('hookledger', 'events');
        return event_id;
      end $$`;
}
