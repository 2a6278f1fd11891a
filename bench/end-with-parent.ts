// Preloaded into every server of the benchmark: when the benchmark dies, by whatever means, its servers end too.
process.stdin.on('end', () => process.exit(1)).resume();
process.stdin.unref();
