import { buildSchema, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { changelogFaults, completeChangelog } from '../../src/programs/schema/schema-changelog';
import { breakingChanges, changesBetween, releasedSchema } from '../../src/programs/schema/schema-changes';
import { printApi } from '../../src/server/schema/schema';

const DIRECTIVES = `directive @hasRole(roles: [Role!]!) on FIELD_DEFINITION | OBJECT
  directive @onlyFor(roles: [Role!]!) on INPUT_FIELD_DEFINITION
  enum Role { SUPPORT AUDITOR }`;
const build = (sdl: string) => buildSchema(`${DIRECTIVES} ${sdl}`);

const RELEASED = `
  interface Node { id: ID! }
  enum Color { RED BLUE GREY @deprecated(reason: "Use BLUE.") }
  union Found = User
  input UserWhere { name: String, age: Int = 18, nick: String @deprecated(reason: "Use name.") }
  type Odd { color: Color }
  type User implements Node {
    id: ID!
    name: String
    nick(long: Boolean @deprecated(reason: "It is always long.")): String
    odd: Odd @deprecated(reason: "Nobody knew what it was.")
    data: String @hasRole(roles: [SUPPORT, AUDITOR])
    color: Color
  }
  type Query { user(id: ID!): User, find(where: UserWhere): Found }`;

/** The release with one piece of it written differently. */
async function changed(...pieces: [was: string, is: string][]) {
  const sdl = pieces.reduce((text, [was, is]) => {
    expect(text).toContain(was);
    return text.replace(was, is);
  }, RELEASED);
  const [released, current] = [build(RELEASED), build(sdl)];
  return { changes: await changesBetween(released, current), breaking: await breakingChanges(released, current) };
}

const shortly = ({ changes }: Awaited<ReturnType<typeof changed>>) =>
  changes.map(({ section, coordinate, text }) => `${section} ${coordinate}${text && `: ${text}`}`);

test('before the first release nothing is a change, and nothing breaks', async () => {
  const [nothing, current] = [releasedSchema('\n'), build(RELEASED)];
  expect(nothing).toBeNull();
  expect([await changesBetween(nothing, current), await breakingChanges(nothing, current)]).toEqual([[], []]);
  const sdl = 'type Query { a: Int }';
  expect(await breakingChanges(releasedSchema(sdl), build('type Query { b: Int }'))).toHaveLength(1);
});

describe('what breaks clients', () => {
  test.each<[what: string, ...Parameters<typeof changed>]>([
    ["Field 'name' was removed from object type 'User'.", ['name: String\n', '']],
    ["Field 'User.name' changed type from 'String' to 'Int'.", ['name: String\n', 'name: Int\n']],
    [
      "Field 'User.id' changed type from 'ID!' to 'ID'.",
      ['type User implements Node {\n    id: ID!', 'type User {\n    id: ID'],
    ],
    ["Argument 'by: ID!' added to field 'Query.find'.", ['find(', 'find(by: ID!, ']],
    [
      "Input field 'by' of type 'ID!' was added to input object type 'UserWhere'.",
      ['name: String, age', 'by: ID!, name: String, age'],
    ],
    ["Enum value 'RED' was removed from enum 'Color'.", ['RED ', '']],
    [
      "Type for argument 'long' on field 'User.nick' changed from 'Boolean' to 'String'.",
      ['long: Boolean', 'long: String'],
    ],
    ["'User' object type no longer implements 'Node' interface.", ['User implements Node', 'User']],
  ])('%s', async (sentence, ...pieces) => {
    expect((await changed(...pieces)).breaking).toContain(sentence);
  });

  test('what was deprecated in the release may go, and what only that led to goes with it', async () => {
    const gone = await changed(
      [' GREY @deprecated(reason: "Use BLUE.")', ''],
      [', nick: String @deprecated(reason: "Use name.")', ''],
      ['(long: Boolean @deprecated(reason: "It is always long."))', ''],
      ['    odd: Odd @deprecated(reason: "Nobody knew what it was.")\n', ''],
      ['type Odd { color: Color }', ''],
    );
    expect(gone.breaking).toEqual([]);
    expect(gone.changes.map(({ section, coordinate }) => `${section} ${coordinate}`)).toEqual([
      'Removed Color.GREY',
      'Removed Odd',
      'Removed User.nick(long:)',
      'Removed User.odd',
      'Removed UserWhere.nick',
    ]);
  });

  test('what is deprecated may not become another thing instead', async () => {
    expect((await changed(['odd: Odd @deprecated', 'odd: String @deprecated'])).breaking).toEqual([
      "Field 'User.odd' changed type from 'Odd' to 'String'.",
    ]);
  });
});

describe('what is named', () => {
  test('each addition by its coordinate, a new type once', async () => {
    const more = await changed(
      ['RED', 'RED GREEN'],
      ['union Found = User', 'union Found = User | Group\ntype Group { name: String, size(of: Int): Int }'],
      ['find(where', 'find(\n"How many. 1 to 100."\nfirst: Int = 20, where'],
      ['name: String, age', 'name: String, color: Color, age'],
    );
    expect(more.breaking).toEqual([]);
    expect(shortly(more)).toEqual([
      "Added Color.GREEN: Enum value 'GREEN' was added to enum 'Color'.",
      "Changed Found: Member 'Group' was added to Union type 'Found'.",
      "Added Group: Type 'Group' was added.",
      "Added Query.find(first:): Argument 'first: Int' (with default value) added to field 'Query.find'.",
      "Added UserWhere.color: Input field 'color' of type 'Color' was added to input object type 'UserWhere'.",
    ]);
  });

  test('a default, a type that became stricter, who may use it, what is deprecated', async () => {
    const other = await changed(
      ['age: Int = 18', 'age: Int = 21'],
      ['name: String\n', 'name: String! @deprecated(reason: "Use nick.")\n'],
      ['@hasRole(roles: [SUPPORT, AUDITOR])', '@hasRole(roles: [AUDITOR])'],
      ['GREY @deprecated(reason: "Use BLUE.")', 'GREY'],
      ['    color: Color\n', '    color: Color @hasRole(roles: [SUPPORT])\n'],
    );
    expect(other.breaking).toEqual([]);
    expect(shortly(other)).toEqual([
      'Changed Color.GREY: No longer deprecated.',
      'Changed User.color: Roles: those of its type, now SUPPORT.',
      'Changed User.data: Roles: SUPPORT, AUDITOR, now AUDITOR.',
      "Changed User.name: Field 'User.name' changed type from 'String' to 'String!'.",
      'Deprecated User.name: Use nick.',
      "Changed UserWhere.age: Input field 'UserWhere.age' default value changed from '18' to '21'.",
    ]);
  });

  test('a new description is no change', async () => {
    expect((await changed(['name: String\n', '"Another word for it."\nname: String\n'])).changes).toEqual([]);
  });

  test('what the source deprecates is deprecated in the text that is compared', () => {
    const fields = { old: { type: GraphQLString, deprecationReason: 'Use new.' } };
    const sdl = printApi(new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields }) }));
    expect(sdl).toContain('old: String @deprecated(reason: "Use new.")');
  });
});

describe('the changelog', () => {
  const CHANGELOG = `# What changed

## Unreleased

Read this first.

### Added

- \`User.mail\`, \`User.gone\`: by hand,
  in two lines.
- \`User.gone2\`

### Notes

- nobody touches this

## 2026-01-02

### Added

- \`User.color\`
`;
  const changes = [
    { section: 'Added', coordinate: 'User.mail', text: 'The machine.' },
    { section: 'Added', coordinate: 'User.age', text: '' },
    { section: 'Added', coordinate: 'User.home', text: 'Where they are reached.' },
    { section: 'Added', coordinate: 'User.work', text: 'Where they are reached.' },
    { section: 'Deprecated', coordinate: 'User.name', text: `${'Long words. '.repeat(12)}`.trim() },
  ] as const;

  test('says which changes it does not name, and what it names that is none', () => {
    const { missing, stale } = changelogFaults(CHANGELOG, changes);
    expect(missing.map(({ coordinate }) => coordinate)).toEqual(['User.age', 'User.home', 'User.work', 'User.name']);
    expect(stale.map(({ coordinate }) => coordinate)).toEqual(['User.gone', 'User.gone2']);
  });

  test('is completed, keeps text written by hand, and then has no fault', () => {
    const completed = completeChangelog(CHANGELOG, changes);
    expect(completed).toBe(`# What changed

## Unreleased

Read this first.

### Added

- \`User.age\`
- \`User.home\`, \`User.work\`: Where they are reached.
- \`User.mail\`: by hand,
  in two lines.

### Notes

- nobody touches this

### Deprecated

- \`User.name\`: Long words. Long words. Long words. Long words. Long words. Long words. Long words. Long words. Long
  words. Long words. Long words. Long words.

## 2026-01-02

### Added

- \`User.color\`
`);
    expect(completeChangelog(completed, changes)).toBe(completed);
    expect(changelogFaults(completed, changes)).toEqual({ missing: [], stale: [] });
  });

  test('does not count a change under another heading', () => {
    const moved = CHANGELOG.replace('### Added', '### Removed');
    expect(changelogFaults(moved, changes).missing.map(({ coordinate }) => coordinate)).toContain('User.mail');
  });

  test('without the section is refused', () => {
    expect(() => completeChangelog('# Empty\n', changes)).toThrow('has no section "## Unreleased"');
  });
});
