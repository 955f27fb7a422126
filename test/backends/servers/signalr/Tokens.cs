using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

static class Tokens
{
    static readonly string? Known = Environment.GetEnvironmentVariable("TOKEN");

    /// <summary>A bearer, or in the query, as Microsoft's clients show it.</summary>
    public static bool IsKnown(HttpRequest request)
    {
        var bearer = request.Headers.Authorization.ToString().Replace("Bearer ", "");
        var shown = request.Query["access_token"].FirstOrDefault() ?? bearer;
        return Known is not null && shown == Known;
    }
}

/// <summary>The scheme that [Authorize] asks.</summary>
class TokenHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!Tokens.IsKnown(Request)) return Task.FromResult(AuthenticateResult.Fail("unknown token"));
        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "geo-system")], Scheme.Name));
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(user, Scheme.Name)));
    }
}
