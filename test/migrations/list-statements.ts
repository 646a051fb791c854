/**
 * Prints every statement of the queries, by name: those that are composed at run time too. The next release keeps what
 * it prints as the statements that its schema has to serve:
 * `npx tsx test/migrations/list-statements.ts > test/migrations/statements-of-schema-NN.json`.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { recordAction } from '../../src/storage/queries/actions/actions.ts';
import type { DecidedAction } from '../../src/storage/queries/actions/actions.ts';
import { decideAgain } from '../../src/storage/queries/actions/decide-again.ts';
import { declaredStatements } from '../../src/storage/sql.ts';
import type { Store } from '../../src/storage/sql.ts';

const queries = fileURLToPath(new URL('../../src/storage/queries/', import.meta.url));
for (const file of readdirSync(queries, { recursive: true, encoding: 'utf8' })) {
  if (file.endsWith('.ts') && !file.endsWith('.test.ts')) await import(queries + file);
}

/** Declares what a query composes, and answers nothing. */
const nowhere: Store = {
  query: () => Promise.resolve([]),
  script: () => Promise.resolve(),
  transaction: (work) => work(nowhere),
};

const action: DecidedAction = {
  ...{ tenantId: '', userId: '', actionCode: '', idempotencyKey: '', actionId: '', state: '', isTracked: true },
  ...{ nowMs: 0, redirectUrl: undefined, redirectToSettings: false, ipAddress: undefined, sentIpAddress: undefined },
  ...{ userAgent: undefined, deviceId: undefined, locale: undefined, decision: '', custom: undefined },
  ...{ countryCode: null, isPlaceUnknown: false, latitude: null, longitude: null, email: undefined },
  ...{
    phoneNumber: undefined,
    username: undefined,
    mayBeTrackedByEarlierNode: false,
    newConfigurationResult: undefined,
    addressParty: null,
  },
  deviceParty: null,
};
const terms = { sinceMs: 0, mustBeConfirmed: false, isAnyEnough: false };
for (const username of [undefined, '']) {
  for (const newConfigurationResult of [undefined, '']) {
    for (const deviceId of [undefined, '']) {
      const variant = { ...action, username, newConfigurationResult, deviceId };
      await recordAction(nowhere, variant);
      await decideAgain(nowhere, variant, terms, '');
    }
  }
}

const sorted = [...declaredStatements()].sort(([one], [other]) => (one < other ? -1 : 1));
process.stdout.write(`${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
