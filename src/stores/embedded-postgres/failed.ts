/** Why the embedded database cannot be had, in one sentence for whoever started us. */
export class EmbeddedPostgresFailed extends Error {}
