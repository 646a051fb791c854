import type { z } from 'zod';
import { assurance } from '../contract/values.ts';
import { omitAbsent } from './omit-absent.ts';
import { distinctMethods } from './wire-values.ts';

interface DemandRow {
  readonly verificationMethods: readonly string[] | null;
  readonly promptToEnrollVerificationMethods: readonly string[] | null;
  readonly defaultVerificationMethod: string | null;
  readonly minimumAssurance: string | null;
}

/** What an action or a rule demands of a challenge, as responses show it. */
export function demandView(row: DemandRow) {
  const { verificationMethods: methods, defaultVerificationMethod: first, minimumAssurance: minimum } = row;
  return omitAbsent({
    verificationMethods: methods === null ? null : distinctMethods(methods),
    promptToEnrollVerificationMethods: row.promptToEnrollVerificationMethods?.map(() => 'PASSKEY' as const),
    defaultVerificationMethod: first === null ? null : distinctMethods([first])[0],
    minimumAssurance: minimum === null ? null : assurance.parse(minimum),
  });
}

interface SentDemand {
  readonly verificationMethods?: readonly string[] | null | undefined;
  readonly promptToEnrollVerificationMethods?: readonly string[] | null | undefined;
  readonly defaultVerificationMethod?: string | null | undefined;
  readonly minimumAssurance?: z.infer<typeof assurance> | null | undefined;
}

/** The same members of a request, by the names of their columns. */
export function demandColumns(sent: SentDemand) {
  return {
    verificationMethods: sent.verificationMethods,
    promptToEnrollVerificationMethods: sent.promptToEnrollVerificationMethods,
    defaultVerificationMethod: sent.defaultVerificationMethod,
    minimumAssurance: sent.minimumAssurance,
  };
}

/** An action or a rule that demands nothing. */
export const noDemand = {
  verificationMethods: null,
  promptToEnrollVerificationMethods: null,
  defaultVerificationMethod: null,
  minimumAssurance: null,
};
