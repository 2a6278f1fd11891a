// Rows of holds and erasures, and inputs of their mutations.
import type { TestApp } from '../support/app';

export const privacyMutations = (app: TestApp) => ({
  placeLegalHold: () => `input: { name: "made", documentType: "Nothing", reason: "Tried by a test" }`,
  requestLegalHoldRelease: async () => `input: { id: "${await makeHold(app)}", reason: "Tried by a test" }`,
  releaseLegalHold: async () => `input: { id: "${await makeHold(app)}" }`,
});

/** @returns the id of a hold that another person wants to be released, or of one that was */
export async function makeHold(app: TestApp, isReleased = false): Promise<string> {
  const [row] = await app.database.query<{ id: string }>(
    `insert into legal_holds (id, name, webhook_id, user_id, reason, placed_by, placed_at, release_asked_by,
       release_asked_at, release_reason, released_by, released_at)
     select new_id(), 'Dispute', (select id from webhooks limit 1), asked.id, 'A dispute', asked.id, now(), asked.id, now(),
       'It has ended', case when $1 then other.id end, case when $1 then now() end
     from (select id from users order by id limit 1) as asked, (select id from users order by id desc limit 1) as other
     returning id`,
    [isReleased],
  );
  return row?.id as string;
}
