import type { Config } from 'jest';
import base from './jest.config';

/** Tests that need a browser: a suite of their own, since not every machine has one. */
const config: Config = { ...base, roots: ['<rootDir>/tests/browser'], testPathIgnorePatterns: ['/node_modules/'] };

export default config;
