const charactersPerStep = 64;
const digitsPerStep = 8;

/** The cost of work in rules that depends on data. Measured; a step is about 10 ns. */
export const steps = {
  /** To read a value of an item, or one fact for all rules. */
  ofPath: (path: string) => path.split('.').length,
  /** To read every character. */
  ofText: (text: string) => Math.floor(text.length / charactersPerStep),
  /** To read it as a number. */
  ofNumber: (text: string) => Math.floor(text.length / digitsPerStep),
  /** To find one text in another: the engine compares again from later positions, at worst from every one. */
  ofTextSearch: (text: string, part: string) => Math.ceil((text.length * (8 + part.length)) / 32),
  /** To read ranges that stand nowhere before the rule runs. */
  ofRanges: (ranges: readonly unknown[]) => ranges.length * 128,
  /** To look for an address among ranges of every length. */
  ofAddressSearch: 256,
};
