namespace Berth.Guarantees.Tests.Model;

/// <summary>Upload sessions: end-4a, end-5, end-6, end-13 and end-14.</summary>
internal sealed partial class World
{
    /// <summary>How long after the end of an upload its last request can surely be repeated.</summary>
    private static readonly TimeSpan RepeatTime = TimeSpan.FromHours(12);

    private async Task RunUploadStepAsync(Operation step)
    {
        var slot = step.A % Slots;
        if (step.Kind == Kind.StartUpload)
        {
            var (repository, algorithm) = (RepositoryOf(step.B), AlgorithmOf(step.D));
            var answer = await SendAsync(
                step.Instance, "POST",
                $"/v2/{repository}/blobs/uploads/{(algorithm == "sha256" ? "" : "?digest-algorithm=" + algorithm)}");
            TakeSession(answer, slot, repository, BlobOf(step.C), algorithm);
            return;
        }
        // A session that nobody began is as good as one that ended.
        var upload = _slots[slot] ??= new()
        {
            Id = Guid.NewGuid().ToString(),
            Repository = Contents.Repositories[0],
            Target = BlobOf(0),
            Algorithm = "sha256",
            IsLive = false,
            Changed = _time.GetUtcNow(),
        };
        await (step.Kind switch
        {
            Kind.Patch => PatchAsync(step.Instance, upload, step.B, step.C, FlawOf(step.D, 3)),
            Kind.Finish => FinishAsync(step.Instance, upload, step.B, FlawOf(step.C, 5), step.D, FlawOf(step.E, 2)),
            Kind.RepeatFinish => RepeatFinishAsync(step.Instance, upload),
            Kind.GetUpload => GetUploadAsync(step.Instance, upload, FlawOf(step.B, 3) == 3),
            _ => CancelAsync(step.Instance, upload, FlawOf(step.B, 3) == 3),
        });
    }

    private void TakeSession(Answer answer, int slot, string repository, byte[] target, string algorithm)
    {
        var id = answer.Header("Docker-Upload-UUID");
        Assert.True(Guid.TryParseExact(id, "D", out _), $"no id: {id}");
        Expect(answer, 202, ("Location", $"/v2/{repository}/blobs/uploads/{id}"), ("Range", "0-0"));
        Assert.NotNull(answer.Header("OCI-Chunk-Min-Length"));
        _slots[slot] = new()
        {
            Id = id!,
            Repository = repository,
            Target = target,
            Algorithm = algorithm,
            Changed = _time.GetUtcNow(),
        };
    }

    /// <summary>The next bytes that a client sends: a third, a half or all of what is left, or none.</summary>
    private static ReadOnlyMemory<byte> ChunkOf(UploadModel upload, int amount)
    {
        var rest = upload.Target.Length - upload.Offset;
        var length = (amount % 6) switch { 1 or 2 => rest / 2, 3 => rest / 3, 4 => 0, 5 => Math.Min(1, rest), _ => rest };
        return upload.Target.AsMemory(upload.Offset, length);
    }

    /// <summary>Where a chunk says that it belongs, and what that must be answered; 0 for nothing wrong.</summary>
    private static (string? Header, int Status) PositionOf(UploadModel upload, int length, int position) =>
        (position % 24) switch
        {
            >= 6 and < 16 when length > 0 => ($"{upload.Offset}-{upload.Offset + length - 1}", 0),
            16 when length > 0 => ($"{upload.Offset + 1}-{upload.Offset + length}", 416),
            17 when upload.Offset > 0 => ($"{upload.Offset - 1}-{upload.Offset + length}", 416),
            18 => ($"bytes {upload.Offset}-{upload.Offset + length}", 400),
            19 => ($"{upload.Offset}-{upload.Offset + length}", 400),
            20 => ($"99999999999999999999-{upload.Offset}", 416),
            _ => (null, 0),
        };

    private static (string, string)[] HeadersOf(string? range) => range is null ? [] : [("Content-Range", range)];

    private async Task PatchAsync(int instance, UploadModel upload, int amount, int position, int flaw)
    {
        var chunk = ChunkOf(upload, amount);
        var (range, refusal) = PositionOf(upload, chunk.Length, position);
        var answer = await SendAsync(instance, new("PATCH", upload.Path)
        {
            Body = chunk,
            Headers = HeadersOf(range),
            BrokenAfter = flaw == 3 ? chunk.Length / 2 : null,
            IsStreamed = flaw == 2,
        });
        if (flaw == 3)
        {
            // Nobody gets an answer; what came stays, and the next request tells.
            Advance(upload, upload.IsLive && refusal == 0 ? chunk.Length / 2 : 0);
        }
        else if (Accepts(answer, upload, refusal))
        {
            Advance(upload, chunk.Length);
            ExpectProgress(answer, 202, upload);
        }
    }

    private void Advance(UploadModel upload, int count)
    {
        upload.Offset += count;
        upload.Changed = count > 0 ? _time.GetUtcNow() : upload.Changed;
    }

    private async Task FinishAsync(int instance, UploadModel upload, int amount, int digest, int position, int flaw)
    {
        var chunk = ChunkOf(upload, amount);
        var (range, refusal) = PositionOf(upload, chunk.Length, position);
        var whole = upload.Target.AsMemory(0, upload.Offset + chunk.Length);
        // The one that the session computes along, or the other one.
        var algorithm = digest is 2 or 3 ? Contents.Algorithms.First(one => one != upload.Algorithm) : upload.Algorithm;
        var right = Contents.Compute(whole.Span, algorithm);
        var given = digest switch
        {
            1 or 3 => Contents.NoDigest(algorithm),
            4 => right[..^1],
            5 => null,
            _ => right,
        };
        var request = new Request("PUT", upload.Path + (given is null ? "" : "?digest=" + given))
        {
            Body = chunk,
            Headers = HeadersOf(range),
            BrokenAfter = flaw == 2 ? chunk.Length / 2 : null,
            IsStreamed = flaw == 1,
        };
        var answer = await SendAsync(instance, request);
        if (!upload.IsLive && upload.Published is not null && upload.Published == given)
        {
            upload.LastPut = request;
            ExpectRepeated(answer, upload); // whatever it brings
            return;
        }
        if (flaw == 2)
        {
            if (upload.IsLive && refusal == 0 && digest < 4)
            {
                upload.Algorithm = upload.Offset == 0 && chunk.Length / 2 > 0 ? algorithm : upload.Algorithm;
                Advance(upload, chunk.Length / 2);
            }
            return;
        }
        if (digest >= 4)
        {
            ExpectError(answer, 400, "DIGEST_INVALID");
            return;
        }
        upload.LastPut = refusal == 0 ? request : upload.LastPut;
        if (Accepts(answer, upload, refusal))
            Finish(answer, upload, given!, right, whole.ToArray(), isOther: algorithm != upload.Algorithm);
    }

    private void Finish(Answer answer, UploadModel upload, string given, string right, byte[] whole, bool isOther)
    {
        if (given == right)
        {
            ExpectCreated(answer, upload.Repository, right);
            _model[upload.Repository].Add(right, whole, _time.GetUtcNow());
            (upload.IsLive, upload.Published, upload.Content, upload.Changed) = (false, right, whole, _time.GetUtcNow());
            return;
        }
        ExpectError(answer, 400, "DIGEST_INVALID");
        // What was not hashed along has to be made an object before its digest is known: the upload is used up.
        if (isOther && upload.Offset > 0)
            upload.IsLive = false;
    }

    private async Task RepeatFinishAsync(int instance, UploadModel upload)
    {
        if (upload.LastPut is not { } request || upload.IsLive)
            return;
        var answer = await SendAsync(instance, request);
        if (upload.Published is { } published && request.Target.EndsWith(published, StringComparison.Ordinal))
            ExpectRepeated(answer, upload);
        else
            ExpectError(answer, 404, "BLOB_UPLOAD_UNKNOWN");
    }

    /// <summary>The answer to a PUT of an upload that is published already as the blob that it names.</summary>
    private void ExpectRepeated(Answer answer, UploadModel upload)
    {
        if (answer.Status == 404 && _time.GetUtcNow() - upload.Changed > RepeatTime)
        {
            ExpectError(answer, 404, "BLOB_UPLOAD_UNKNOWN");
            return;
        }
        ExpectCreated(answer, upload.Repository, upload.Published!);
        // It may have been deleted meanwhile.
        _model[upload.Repository].Add(upload.Published!, upload.Content!, _time.GetUtcNow());
    }

    private async Task GetUploadAsync(int instance, UploadModel upload, bool isElsewhere)
    {
        var answer = await SendAsync(instance, "GET", isElsewhere ? Elsewhere(upload) : upload.Path);
        if (isElsewhere)
            ExpectError(answer, 404, "BLOB_UPLOAD_UNKNOWN");
        else if (Accepts(answer, upload, refusal: 0))
            ExpectProgress(answer, 204, upload);
    }

    private async Task CancelAsync(int instance, UploadModel upload, bool isElsewhere)
    {
        var answer = await SendAsync(instance, "DELETE", isElsewhere ? Elsewhere(upload) : upload.Path);
        if (isElsewhere)
        {
            ExpectError(answer, 404, "BLOB_UPLOAD_UNKNOWN");
        }
        else if (Accepts(answer, upload, refusal: 0))
        {
            Expect(answer, 204);
            upload.IsLive = false;
        }
    }

    private static string Elsewhere(UploadModel upload) =>
        upload.Path.Replace($"/v2/{upload.Repository}/blobs", "/v2/elsewhere/blobs", StringComparison.Ordinal);

    /// <summary>Checks the refusals that all have in common.</summary>
    /// <returns>Whether nothing speaks against the request.</returns>
    private static bool Accepts(Answer answer, UploadModel upload, int refusal)
    {
        if (!upload.IsLive)
        {
            ExpectError(answer, 404, "BLOB_UPLOAD_UNKNOWN");
            return false;
        }
        if (refusal == 416)
        {
            ExpectError(answer, 416, "BLOB_UPLOAD_INVALID");
            Expect(answer, 416, ("Location", upload.Path), ("Range", upload.Range));
        }
        else if (refusal != 0)
        {
            Expect(answer, refusal);
        }
        return refusal == 0;
    }

    private static void ExpectProgress(Answer answer, int status, UploadModel upload) => Expect(
        answer, status, ("Location", upload.Path), ("Range", upload.Range), ("Docker-Upload-UUID", upload.Id));
}
