import { isOwnDocumentType } from '../../src/webhooks/setting-limits';
import { useTestDatabase } from '../support/database';

const database = useTestDatabase();

/** The characters that can stand in a document type: no control characters and no surrogates. */
const characters = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter((code) => code <= 0xffff || /\p{Default_Ignorable_Code_Point}/u.test(String.fromCodePoint(code)))
  .map((code) => String.fromCodePoint(code))
  .filter((character) => !/[\p{Cc}\p{Cs}]/u.test(character));

test('the API and publish_event() pass over the same characters', async () => {
  const rows = await database.query<{ character: string }>(
    `select character from unnest($1::text[]) character where is_own_document_type('Hook' || character || 'ledger')`,
    [characters],
  );
  const passedOver = characters.filter((character) => isOwnDocumentType(`Hook${character}ledger`));
  expect(passedOver.length).toBeGreaterThan(4000);
  expect(rows.map(({ character }) => character)).toEqual(passedOver);
});
