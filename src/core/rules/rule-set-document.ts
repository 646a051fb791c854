import { compileRules, type CompiledRules } from './compile-rules.ts';
import { languageVersion } from './language-version.ts';
import { ruleSetText, type ListHashes } from './rule-set-text.ts';
import type { Action, ListItem, Outcome, Rule, ValueLists } from './rule-set.ts';

/** A rule as operators know it: with its description. */
export interface DescribedRule extends Rule {
  readonly description?: string | null | undefined;
}

/** A published rule set, ready to decide. Never changed: a newer one replaces it. */
export interface PublishedRuleSet {
  readonly action: Action;
  readonly compiled: CompiledRules;
  readonly listHashes: ListHashes;
  /** By rule id. */
  readonly descriptions: ReadonlyMap<string, string>;
}

/**
 * What is kept of a rule set for as long as a decision by it may have to be explained: everything that can change a
 * decision (see {@link ruleSetText}), and the rules' descriptions. Equal documents are equal versions.
 */
export function writeRuleSetDocument(action: Action, rules: readonly DescribedRule[], listHashes: ListHashes): string {
  const descriptions = rules
    .filter((rule) => rule.isActive && typeof rule.description === 'string')
    .map((rule) => [rule.ruleId, rule.description])
    .sort();
  const document = `"descriptions":${JSON.stringify(descriptions)},"ruleSet":${ruleSetText(action, rules, listHashes)}`;
  return `{"language":${languageVersion},${document}}`;
}

/** A parsed document, before the lists that it names are loaded. */
export interface RuleSetDocument {
  readonly listHashes: ListHashes;
  /** Expects the contents of every list that is named, by its hash. Throws if a rule cannot be compiled (F23). */
  compile(listsByHash: ReadonlyMap<string, readonly ListItem[]>): PublishedRuleSet;
}

interface Document {
  /** Absent in version 1, whose rules mean the same today: nodes of both versions decide side by side. */
  readonly language?: number;
  readonly descriptions: readonly (readonly [string, string])[];
  readonly ruleSet: {
    readonly action: Action;
    readonly rules: readonly Omit<Rule, 'isActive'>[];
    readonly listHashes?: ListHashes;
    /** The contents instead of hashes, as earlier releases copied them. */
    readonly lists?: Readonly<Record<string, readonly ListItem[]>>;
  };
}

/** Parses a document. Throws if it is not one: the caller keeps the previous one (F23). */
export function readRuleSetDocument(text: string): RuleSetDocument {
  const { language = 1, descriptions, ruleSet } = JSON.parse(text) as Document;
  if (language > languageVersion) throw new Error(`It is written in version ${language} of the rule language.`);
  const { listHashes = {}, lists = {} } = ruleSet;
  return {
    listHashes,
    compile(listsByHash) {
      const named = Object.entries(listHashes).flatMap(([alias, hash]) => {
        const items = hash === null ? undefined : listsByHash.get(hash);
        if (hash !== null && items === undefined) throw new Error(`The contents of the list ${alias} are missing.`);
        return items === undefined ? [] : [[alias, items] as const];
      });
      return {
        action: ruleSet.action,
        compiled: compilePublished(ruleSet.rules, new Map([...Object.entries(lists), ...named])),
        listHashes,
        descriptions: new Map(descriptions),
      };
    },
  };
}

function compilePublished(published: readonly Omit<Rule, 'isActive'>[], lists: ValueLists): CompiledRules {
  const compiled = compileRules({ rules: published.map((rule) => ({ ...rule, isActive: true })), lists });
  const [problem] = compiled.problems;
  if (problem !== undefined) throw new Error(`Rule ${problem.ruleId} ${problem.place}: ${problem.message}`);
  return compiled;
}

/** The rule set of an action that has no rules and demands nothing. */
export function defaultRuleSet(actionCode: string, defaultUserActionResult: Outcome): PublishedRuleSet {
  return {
    action: { actionCode, defaultUserActionResult },
    compiled: compileRules({ rules: [], lists: new Map() }),
    listHashes: {},
    descriptions: new Map(),
  };
}

/**
 * The rule set to use if a published one cannot be read and there is no earlier one: a rule that is always unknown, so
 * that the outcome is BLOCK, or CHALLENGE for a user who can pass one. Never ALLOW.
 */
export function unreadableRuleSet(actionCode: string): PublishedRuleSet {
  const rule: Rule = {
    ruleId: 'unreadable',
    name: 'The stored rule set cannot be read',
    isActive: true,
    priority: 0,
    type: 'BLOCK',
    conditions: [],
  };
  return {
    action: { actionCode, defaultUserActionResult: 'CHALLENGE' },
    compiled: compileRules({ rules: [rule], lists: new Map() }),
    listHashes: {},
    descriptions: new Map(),
  };
}
