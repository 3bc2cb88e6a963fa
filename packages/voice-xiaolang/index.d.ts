/** The voice `xiaolang`, for `Langdu.load({ voice })`. It is what langdu speaks with where no other is named. */
declare const voice: {
  readonly name: 'xiaolang';
  /** Addresses of its files, by their names. */
  readonly files: Readonly<Record<string, string>>;
};
export default voice;
