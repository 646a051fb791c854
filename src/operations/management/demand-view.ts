import type { z } from 'zod';
import { assurance } from '../../contract/values.ts';
import { omitAbsent } from '../omit-absent.ts';
import { distinctMethods } from '../wire-values.ts';

interface DemandRow {
  readonly verification_methods: readonly string[] | null;
  readonly prompt_to_enroll_verification_methods: readonly string[] | null;
  readonly default_verification_method: string | null;
  readonly minimum_assurance: string | null;
}

/** What an action or a rule demands of a challenge, as it is answered. */
export function demandView(row: DemandRow) {
  const { verification_methods: methods, default_verification_method: first, minimum_assurance: minimum } = row;
  return omitAbsent({
    verificationMethods: methods === null ? null : distinctMethods(methods),
    promptToEnrollVerificationMethods: row.prompt_to_enroll_verification_methods?.map(() => 'PASSKEY' as const),
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
    verification_methods: sent.verificationMethods,
    prompt_to_enroll_verification_methods: sent.promptToEnrollVerificationMethods,
    default_verification_method: sent.defaultVerificationMethod,
    minimum_assurance: sent.minimumAssurance,
  };
}

/** An action or a rule that demands nothing. */
export const noDemand = {
  verification_methods: null,
  prompt_to_enroll_verification_methods: null,
  default_verification_method: null,
  minimum_assurance: null,
};
