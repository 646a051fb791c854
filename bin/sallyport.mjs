#!/usr/bin/env node
import './check-node.mjs';
import { stopWithNpm } from './stop-with-npm.mjs';

// `npx` is npm, too.
stopWithNpm();
await import('../dist/server/main.js');
