import { spawnSync } from 'node:child_process';

const isThere = () => spawnSync('promtool', ['--version']).error === undefined;

/** promtool is part of the package `prometheus` of Debian. Where it is not installed these tests are skipped, unless TEST_PROMTOOL is set. */
const isUsed = Boolean(process.env.TEST_PROMTOOL) || isThere();
export const testWithPromtool = isUsed ? test : test.skip;
/** Prometheus itself is in the same package. */
export const describeWithPrometheus = isUsed ? describe : describe.skip;
