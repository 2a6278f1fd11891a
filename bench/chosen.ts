/** What an option names, with commas between; all if it is not given. @throws Error with the names if it has another one */
export function chosen<Name extends string>(option: string, text: string | undefined, names: readonly Name[]): Name[] {
  if (text === undefined) return [...names];
  const given = text.split(',');
  const unknown = given.find((each) => !names.includes(each as Name));
  if (unknown !== undefined) throw new Error(`${option} ${unknown} is none of: ${names.join(', ')}.`);
  return names.filter((name) => given.includes(name));
}
