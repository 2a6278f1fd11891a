import type { MigrationInterface, QueryRunner } from 'typeorm';

// the same characters as TEXT_RULES in src/text.ts, whatever the locale of the database
const BLANKS = String.raw`\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff`;
const CONTROLS = String.raw`\u0001-\u001f\u007f-\u009f`;

/**
 * `watch_table` puts triggers on a table of the business, which call `publish_event` for each row: docs/watch-table.md.
 * Nothing here runs with rights of ours: a row becomes JSON by way of casts that the table's owner may have written.
 */
export class WatchTable1764000000013 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(PUBLISHABLE_TEXT);
    await db.query(PUBLISH_TABLE_CHANGE);
    await db.query(WATCH_TABLE);
    await db.query(UNWATCH_TABLE);
  }

  async down(db: QueryRunner): Promise<void> {
    // the triggers on tables of the business go with the function that they call
    await db.query('drop function publish_table_change() cascade');
    await db.query('drop function unwatch_table(regclass)');
    await db.query('drop function watch_table(regclass, text, text, text[], text[], text[], text)');
    await db.query('drop function publishable_text(text)');
  }
}

/** What publish_event() takes as a reference or a user name; null where nothing is left of it. */
const PUBLISHABLE_TEXT = `
      create function publishable_text(value text) returns text language sql immutable parallel safe
        set search_path = pg_catalog, pg_temp as $$
        select case when short ~ '[^${BLANKS}]' then short end
        from (select left(regexp_replace(value, '[${CONTROLS}]', ' ', 'g'), 200) as short) as cut
      $$`;

// A transaction of the business must not fail for what is in its row: what publish_event() would refuse is cut to fit.
const PUBLISH_TABLE_CHANGE = `
      create function publish_table_change() returns trigger language plpgsql
        set search_path = pg_catalog, pg_temp as $$
      declare
        document_type constant text := tg_argv[0];
        reference_column constant text := tg_argv[1];
        user_setting constant text := tg_argv[2];
        kept constant text[] := nullif(tg_argv[3], '');
        document json;
        reference text;
        body text;
        previous text;
        has_previous boolean := false;
      begin
        document := case when tg_op = 'DELETE' then row_to_json(old) else row_to_json(new) end;
        reference := coalesce(public.publishable_text(document ->> reference_column), '-');
        body := document::text;
        if kept is not null then
          select coalesce(json_object_agg(key, value)::text, '{}') into body
            from json_each(document) where key = any (kept);
        end if;
        if tg_op = 'UPDATE' then
          select coalesce(json_object_agg(was, old_value)
              filter (where old_value::text <> new_value::text and (kept is null or was = any (kept)))::text, '{}'),
            bool_or(was = '_previous')
            into previous, has_previous
            from rows from (json_each(row_to_json(old)), json_each(document)) as r (was, old_value, is_now, new_value);
          if not has_previous then
            previous := '{' || concat_ws(',', nullif(btrim(left(substr(body, 2), -1)), ''), '"_previous":' || previous) || '}';
            if octet_length(convert_to(previous, 'UTF8')) <= 262144 then
              body := previous;
            end if;
          end if;
        end if;
        if octet_length(convert_to(body, 'UTF8')) > 262144 then
          body := json_build_object(reference_column,
            case when document ->> reference_column = reference then document -> reference_column else to_json(reference) end,
            '_truncated', true)::text;
        end if;
        perform public.publish_event(document_type, 'on_' || lower(tg_op), reference, body::json,
          user_name => public.publishable_text(current_setting(user_setting, true)));
        return null;
      end $$`;

// Names of tables of ours: an event for each of their rows would make rows, and these events.
const OWN_TABLES = `'{users,api_keys,audit_entries,webhooks,webhook_secrets,webhook_credentials,webhook_circuits,
          webhook_slots,pending_decisions,payloads,business_events,idempotency_keys,deliveries,webhook_request_logs,replays,migrations,
          request_changes,failed_requests,request_stats,request_stats_series,
          request_stats_open,request_stats_position,request_index,request_index_position,exports,
          incoming_agreements,incoming_tokens,incoming_ids,sampled_refusals}'`;

const WATCH_TABLE = `
      create function watch_table(table_name regclass, document_type text default null,
        reference_column text default null, events text[] default '{insert,update,delete}',
        columns text[] default null, when_changed text[] default null,
        user_setting text default 'hookledger.user_name') returns void language plpgsql
        set search_path = pg_catalog, pg_temp as $$
      declare
        own_tables constant text[] := ${OWN_TABLES};
        publisher constant oid := 'public.publish_event'::regproc;
        watched pg_class;
        name text := document_type;
        reference text := reference_column;
        fault text;
        changes text;
        operation text;
      begin
        select * into watched from pg_class c where c.oid = table_name;
        if not found then
          raise exception 'table_name must name a table, not %', coalesce(table_name::text, 'null')
            using errcode = 'undefined_table';
        end if;
        if watched.relkind <> 'r' or watched.relispartition or watched.relpersistence = 't' then
          raise exception 'only ordinary tables can be watched: % is a view, a partition, temporary, or the like', table_name
            using errcode = 'wrong_object_type';
        end if;
        if watched.relnamespace in (to_regnamespace('pgboss'), to_regnamespace('pg_catalog'))
            or watched.relnamespace = 'public'::regnamespace and watched.relname = any (own_tables) then
          raise exception '% belongs to Hookledger or to PostgreSQL and cannot be watched', table_name
            using errcode = 'wrong_object_type';
        end if;
        if not pg_has_role(watched.relowner, 'USAGE') then
          raise exception 'only its owner can watch %', table_name using errcode = 'insufficient_privilege';
        end if;
        select string_agg(distinct case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end, ', ')
          into fault
          from aclexplode(coalesce(watched.relacl, acldefault('r', watched.relowner))) as a
          where a.privilege_type in ('INSERT', 'UPDATE', 'DELETE')
            and not has_function_privilege(a.grantee, publisher, 'execute');
        if fault is not null then
          raise exception 'whoever writes to % must be able to publish: grant execute on function % to %', table_name,
            publisher::regprocedure, fault using errcode = 'insufficient_privilege';
        end if;
        if reference is null then
          select a.attname into reference from pg_index i
            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
            where i.indrelid = table_name and i.indisprimary and i.indnkeyatts = 1;
          if not found then
            raise exception '% has no primary key of one column: name a reference_column', table_name
              using errcode = 'invalid_parameter_value';
          end if;
        end if;
        select string_agg(quote_nullable(wanted), ', ') into fault
          from unnest(array[reference] || columns || when_changed) as wanted
          where not exists (
            select from pg_attribute a where a.attrelid = table_name and a.attname = wanted and a.attnum > 0
              and not a.attisdropped);
        if fault is not null then
          raise exception '% has no column %', table_name, fault using errcode = 'undefined_column';
        end if;
        if columns = '{}' or when_changed = '{}' then
          raise exception 'columns and when_changed name at least one column; null means all' using
            errcode = 'invalid_parameter_value';
        end if;
        if events is null or events = '{}' or not events <@ '{insert,update,delete}' then
          raise exception 'events must be one or more of insert, update, delete, not %', quote_nullable(events::text)
            using errcode = 'invalid_parameter_value';
        end if;
        name := coalesce(name, watched.relname);
        if name is distinct from public.publishable_text(name) then
          raise exception 'document_type must be 1 to 200 characters without control characters, not %',
            quote_literal(left(name, 60)) using errcode = 'invalid_parameter_value';
        end if;
        if name ~* '^[${BLANKS}]*hookledger[${BLANKS}]*$' then
          raise exception 'document_type % is reserved for events of Hookledger itself', quote_literal(name)
            using errcode = 'invalid_parameter_value';
        end if;
        if user_setting is null or user_setting !~ '^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)+$' then
          raise exception 'user_setting must be the name of a setting of your own, such as hookledger.user_name, not %',
            quote_nullable(left(user_setting, 60)) using errcode = 'invalid_parameter_value';
        end if;
        -- the bytes of the values are compared: not every type has an equality, json for one
        select format('row(%s)::record *<> row(%s)::record', string_agg(format('old.%I', c), ', '),
            string_agg(format('new.%I', c), ', '))
          into changes from unnest(coalesce(when_changed, columns)) as c having count(*) > 0;
        foreach operation in array array['insert', 'update', 'delete'] loop
          if operation = any (events) then
            execute format('create or replace trigger %I after %s on %s for each row %s
              execute function public.publish_table_change(%L, %L, %L, %L)', 'hookledger_' || operation, operation,
              table_name, case operation when 'update' then format('when (%s)', coalesce(changes, 'old.* *<> new.*')) end,
              name, reference, user_setting, coalesce(columns::text, ''));
          elsif exists (select from pg_trigger t where t.tgrelid = table_name and t.tgname = 'hookledger_' || operation
              and t.tgfoid = 'public.publish_table_change'::regproc) then
            execute format('drop trigger %I on %s', 'hookledger_' || operation, table_name);
          end if;
        end loop;
      end $$`;

const UNWATCH_TABLE = `
      create function unwatch_table(table_name regclass) returns boolean language plpgsql
        set search_path = pg_catalog, pg_temp as $$
      declare
        known record;
        was_watched boolean := false;
      begin
        for known in select t.tgname from pg_trigger t where t.tgrelid = table_name
            and t.tgfoid = 'public.publish_table_change'::regproc loop
          execute format('drop trigger %I on %s', known.tgname, table_name);
          was_watched := true;
        end loop;
        return was_watched;
      end $$`;
