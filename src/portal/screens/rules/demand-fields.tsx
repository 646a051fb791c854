import { demandFieldsTexts } from '#portal-texts/rules.ts';
import type { StatedRule, Vocabulary } from '../../api/types.ts';
import { Labelled } from '../../kit/fields.tsx';
import { methodWords } from '../../kit/words.ts';

export type Demands = Pick<
  StatedRule,
  'verificationMethods' | 'defaultVerificationMethod' | 'promptToEnrollVerificationMethods' | 'minimumAssurance'
>;

const assurances = [
  ['low', demandFieldsTexts.low],
  ['restricted', demandFieldsTexts.restrictedTextsAndTheLike],
  ['medium', demandFieldsTexts.medium],
  ['high', demandFieldsTexts.highPasskeysAndSecurityKeys],
] as const;

/** What a challenge asks for: of an action, or of one rule of it. */
export function DemandFields({
  demands,
  change,
  methods,
  legend,
}: {
  readonly demands: Demands;
  readonly change: (demands: Demands) => void;
  readonly methods: Vocabulary['methods'];
  /** Says what counts if no method is chosen. */
  readonly legend: string;
}) {
  const { verificationMethods: chosen = [], defaultVerificationMethod: first, minimumAssurance: least } = demands;
  const listed = [...new Set([...methods, ...chosen])];
  const choose = (next: readonly (typeof listed)[number][]) => {
    const { verificationMethods: _before, defaultVerificationMethod, ...rest } = demands;
    const isKept =
      defaultVerificationMethod !== undefined && (next.length === 0 || next.includes(defaultVerificationMethod));
    change({
      ...rest,
      ...(next.length === 0 ? {} : { verificationMethods: [...next] }),
      ...(isKept ? { defaultVerificationMethod } : {}),
    });
  };
  const firsts = chosen.length === 0 ? listed : chosen;
  return (
    <div className="Demands">
      <fieldset className="Choices">
        <legend>{legend}</legend>
        {listed.map((method) => (
          <label key={method} className="Check">
            <input
              type="checkbox"
              checked={chosen.includes(method)}
              onChange={(event) =>
                choose(event.target.checked ? [...chosen, method] : chosen.filter((one) => one !== method))
              }
            />
            {methodWords(method)}
          </label>
        ))}
      </fieldset>
      <div className="Columns">
        <Labelled label={demandFieldsTexts.firstMethod}>
          {(ids) => (
            <select
              {...ids}
              className="Field Select"
              value={first ?? ''}
              onChange={({ target: { value } }) => {
                const { defaultVerificationMethod: _before, ...rest } = demands;
                const found = firsts.find((method) => method === value);
                change(found === undefined ? rest : { ...rest, defaultVerificationMethod: found });
              }}
            >
              <option value="">{demandFieldsTexts.notSet}</option>
              {firsts.map((method) => (
                <option key={method} value={method}>
                  {methodWords(method)}
                </option>
              ))}
            </select>
          )}
        </Labelled>
        <Labelled label={demandFieldsTexts.lowestAssurance}>
          {(ids) => (
            <select
              {...ids}
              className="Field Select"
              value={least ?? ''}
              onChange={({ target: { value } }) => {
                const { minimumAssurance: _before, ...rest } = demands;
                const found = assurances.find(([name]) => name === value)?.[0];
                change(found === undefined ? rest : { ...rest, minimumAssurance: found });
              }}
            >
              <option value="">{demandFieldsTexts.notSet}</option>
              {assurances.map(([name, words]) => (
                <option key={name} value={name}>
                  {words}
                </option>
              ))}
            </select>
          )}
        </Labelled>
      </div>
      <label className="Check">
        <input
          type="checkbox"
          checked={demands.promptToEnrollVerificationMethods !== undefined}
          onChange={({ target: { checked } }) => {
            const { promptToEnrollVerificationMethods: _before, ...rest } = demands;
            change(checked ? { ...rest, promptToEnrollVerificationMethods: ['PASSKEY'] } : rest);
          }}
        />
        {demandFieldsTexts.offerPasskey}
      </label>
    </div>
  );
}
