import vm from 'node:vm';

const { compileFunction } = vm;

/** What jest hands over for each module of a test file. */
interface Options extends vm.CompileFunctionOptions {
  filename: string;
  parsingContext: vm.Context;
}

/**
 * jest compiles each module again for each test file, its own as well. V8 keeps what it compiled of a script, so that the next
 * context gets the same text without being parsed, and with the functions that were called before.
 */
export function compileOnce(): void {
  vm.compileFunction = ((code: string, parameters: string[], options: Options) => {
    // its import() needs the callback of its own test file, which makes it another script for V8
    if (/\bimport\s*\(/.test(code)) return compileFunction(code, parameters, options);
    const head = `(function (${parameters.join(',')}) {`;
    const script = new vm.Script(`${head}${code}\n})`, { filename: options.filename, columnOffset: -head.length });
    return script.runInContext(options.parsingContext);
  }) as typeof compileFunction;
}
