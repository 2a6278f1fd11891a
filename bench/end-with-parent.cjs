// Preloaded into every server of the benchmark: when the benchmark dies, by whatever means, its servers end too. It is no
// TypeScript: what Node strips types with would take 17 MB of the memory that is measured.
process.stdin.on('end', () => process.exit(1)).resume();
process.stdin.unref();
