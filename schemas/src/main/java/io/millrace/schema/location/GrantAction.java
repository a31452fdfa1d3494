package io.millrace.schema.location;

/** What is done with a grant. */
public enum GrantAction {
  /** It is given, or given anew with other terms. */
  GRANT,
  /** It ends. */
  REVOKE
}
