import { describe, expect, it } from "vitest";
import { awsSigned } from "../../src/net/aws-signature.ts";

const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const scope = {
  keys: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" },
  region: "us-east-1",
  service: "s3",
  now: Date.parse("2013-05-24T00:00:00Z"),
};

describe("net/aws-signature", () => {
  it("SG1: signs the example that AWS documents as it is documented", async () => {
    const headers = await awsSigned(
      {
        method: "GET",
        url: new URL("https://examplebucket.s3.amazonaws.com/test.txt"),
        headers: { range: "bytes=0-9" },
        bodySha256: empty,
      },
      scope,
    );

    expect(headers).toMatchObject({ "x-amz-date": "20130524T000000Z", "x-amz-content-sha256": empty });
    expect(headers["authorization"]).toBe(
      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    );
  });

  it("SG1: sorts a query, and sends the token of a key that is lent", async () => {
    const signed = async (url: string): Promise<string> =>
      (
        await awsSigned(
          { method: "GET", url: new URL(url), bodySha256: empty },
          { ...scope, keys: { ...scope.keys, sessionToken: "lent" } },
        )
      )["authorization"] ?? "";

    const plain = await signed("https://b.s3.amazonaws.com/?max-keys=2&prefix=J");
    expect(plain).toContain("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token");
    expect(await signed("https://b.s3.amazonaws.com/?prefix=J&max-keys=2")).toBe(plain);
    expect(await signed("https://b.s3.amazonaws.com/?prefix=K&max-keys=2")).not.toBe(plain);
  });
});
