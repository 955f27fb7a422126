// Hubs of ASP.NET Core SignalR, which differ in whom they let in.
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddAuthentication("token").AddScheme<AuthenticationSchemeOptions, TokenHandler>("token", null);
builder.Services.AddAuthorization();
builder.Services.AddSignalR();

var app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();
app.MapHub<OpenHub>("/open");
app.MapHub<GuardedHub>("/guarded");
app.MapHub<RefusingHub>("/refusing");
app.MapHub<AbortingHub>("/aborting");
app.MapHub<HesitatingHub>("/hesitating");
app.MapHub<OpenHub>("/polling", options => options.Transports = HttpTransportType.LongPolling);
app.Run("http://0.0.0.0:9003");

class OpenHub : Hub
{
    public string Echo(string text) => text;

    public void Fail() => throw new HubException("not today");
}

/// <summary>ASP.NET Core refuses it with a 401, before the hub is asked.</summary>
[Authorize]
class GuardedHub : OpenHub;

/// <summary>Looks at the token by itself, when the hub's handshake is over.</summary>
class RefusingHub : OpenHub
{
    public override Task OnConnectedAsync() =>
        Tokens.IsKnown(Context.GetHttpContext()!.Request) ? Task.CompletedTask : throw new HubException("unknown token");
}

class AbortingHub : OpenHub
{
    public override Task OnConnectedAsync()
    {
        if (!Tokens.IsKnown(Context.GetHttpContext()!.Request)) Context.Abort();
        return Task.CompletedTask;
    }
}

/// <summary>Takes its time first, as one that asks a database: its client waits with an open connection.</summary>
class HesitatingHub : RefusingHub
{
    public override async Task OnConnectedAsync()
    {
        await Task.Delay(int.Parse(Context.GetHttpContext()!.Request.Query["ms"].FirstOrDefault() ?? "300"));
        await base.OnConnectedAsync();
    }
}
