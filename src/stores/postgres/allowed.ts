/** SQL for everything that two values of `Allowed` hold together. Widening in the database: parallel writers lose nothing. */
export function union(a: string, b: string): string {
  return `jsonb_build_object(
    'openid', (
      SELECT coalesce(string_agg(DISTINCT scope, ' '), '')
      FROM regexp_split_to_table(concat_ws(' ', ${a} ->> 'openid', ${b} ->> 'openid'), '\\s+') AS scope
      WHERE scope <> ''
    ),
    'resources', (
      SELECT coalesce(jsonb_object_agg(audience, scopes), '{}') FROM (
        SELECT audience, coalesce(string_agg(DISTINCT scope, ' ') FILTER (WHERE scope <> ''), '') AS scopes
        FROM (
          SELECT * FROM jsonb_each_text(${a} -> 'resources') UNION ALL SELECT * FROM jsonb_each_text(${b} -> 'resources')
        ) AS each (audience, list), regexp_split_to_table(list, '\\s+') AS scope
        GROUP BY audience
      ) AS by_audience
    )
  )`;
}
