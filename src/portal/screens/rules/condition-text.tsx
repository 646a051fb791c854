import { conditionTextTexts } from '#portal-texts/rules.ts';
import { autocompletion, closeBrackets, completionKeymap } from '@codemirror/autocomplete';
import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import { HighlightStyle, bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { linter } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import type { Vocabulary } from '../../api/types.ts';
import { pastParameters } from './condition-tree.ts';

const operators = [
  'and',
  'or',
  '!',
  '==',
  '!=',
  '>',
  '>=',
  '<',
  '<=',
  'in',
  'inCidr',
  'some',
  'all',
  'none',
  'if',
  'var',
];

/**
 * Conditions as JSON. The editor stands in a shadow tree, because there it can make its styles in a way that the policy of the
 * page permits. Tab leaves it, so that the keyboard is not caught.
 */
export function ConditionText({
  text,
  change,
  vocabulary,
}: {
  readonly text: string;
  readonly change: (text: string) => void;
  readonly vocabulary: Vocabulary;
}) {
  const host = useRef<HTMLDivElement>(null);
  const current = useRef({ change, vocabulary });
  useEffect(() => {
    current.current = { change, vocabulary };
  });
  useEffect(() => {
    const box = host.current;
    if (box === null) return undefined;
    const root = box.shadowRoot ?? box.attachShadow({ mode: 'open' });
    const view = new EditorView({
      root,
      parent: root as unknown as Element,
      state: EditorState.create({
        doc: text,
        extensions: [
          history(),
          closeBrackets(),
          bracketMatching(),
          indentOnInput(),
          json(),
          linter(jsonLinter),
          autocompletion({ override: [(context) => complete(context, current.current.vocabulary)] }),
          keymap.of([...completionKeymap, ...historyKeymap, ...defaultKeymap]),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': conditionTextTexts.label, spellcheck: 'false' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) current.current.change(update.state.doc.toString());
          }),
          theme,
          syntaxHighlighting(colours),
        ],
      }),
    });
    return () => view.destroy();
    // The text is the editor's own once it stands.
  }, []);
  return <div ref={host} className="CodeBox" />;
}

const parseJson = jsonParseLinter();
/** An empty text is no mistake: the rule then always matches. */
const jsonLinter: typeof parseJson = (view) => (view.state.doc.toString().trim() === '' ? [] : parseJson(view));

/** Inside of quotes: facts behind `"var":`, else operators. */
function complete(context: CompletionContext, vocabulary: Vocabulary): CompletionResult | null {
  const word = context.matchBefore(/"[\w.\-! <>=]*/);
  if (word === null) return null;
  const before = context.state.sliceDoc(Math.max(0, word.from - 20), word.from);
  const isPath = /"var"\s*:\s*\[?\s*$/.test(before);
  const paths = [
    ...vocabulary.facts.map(({ path, meaning }) => ({ label: path, info: meaning, type: 'variable' })),
    ...vocabulary.dataPoints.flatMap(({ name, modelType }) => [
      { label: `custom.${name}`, type: 'variable' },
      ...(modelType === 'user' ? [{ label: `user.custom.${name}`, type: 'variable' }] : []),
    ]),
    ...vocabulary.lists.map(({ alias, name }) => ({ label: `lists.${alias}`, info: name, type: 'constant' })),
  ];
  const names = [...operators, ...Object.keys(pastParameters)].map((label) => ({ label, type: 'keyword' }));
  return { from: word.from + 1, options: isPath ? paths : names, validFor: /^[\w.\-! <>=]*$/ };
}

const theme = EditorView.theme({
  '&': { color: 'var(--text)', backgroundColor: 'var(--panel)', fontSize: '12.5px' },
  '.cm-content': { caretColor: 'var(--text)', fontFamily: 'var(--mono)', minHeight: '140px', padding: '10px 0' },
  '.cm-scroller': { fontFamily: 'var(--mono)' },
  '&.cm-focused': { outline: '2px solid var(--accent)' },
  '.cm-tooltip': { backgroundColor: 'var(--panel)', color: 'var(--text)', borderColor: 'var(--line-strong)' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--accent)',
    color: 'var(--accent-text)',
  },
  '.cm-diagnostic': { padding: '4px 10px' },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--accent-ink)' },
  { tag: tags.string, color: 'var(--good)' },
  { tag: tags.number, color: 'var(--wait)' },
  { tag: [tags.bool, tags.null], color: 'var(--review)' },
]);
