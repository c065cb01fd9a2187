CREATE FUNCTION audit_append(whose text, ats bigint[], types text[], runs text[], befores text[], betweens text[], afters text[]) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
	place integer;
	head text;
	said text;
BEGIN
	SELECT seq, hash INTO place, head FROM audit_heads WHERE tenant = whose FOR UPDATE;
	IF NOT FOUND THEN
		INSERT INTO audit_heads (tenant, seq, hash, pruned_to) VALUES (whose, 0, repeat('0', 64), 0) ON CONFLICT DO NOTHING;
		SELECT seq, hash INTO STRICT place, head FROM audit_heads WHERE tenant = whose FOR UPDATE;
	END IF;
	FOR i IN 1 .. cardinality(befores) LOOP
		place := place + 1;
		said := befores[i] || head || betweens[i] || place || afters[i];
		head := encode(sha256(convert_to('deputy-audit-v1' || chr(10) || said, 'UTF8')), 'hex');
		INSERT INTO audit_events (tenant, seq, at, type, run, line, hash) VALUES (whose, place, ats[i], types[i], runs[i], said, head);
	END LOOP;
	UPDATE audit_heads SET seq = place, hash = head WHERE tenant = whose;
	RETURN place;
END;
$$;
